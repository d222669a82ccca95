// The struct is released, the string in it is not. (CWE-401)
// expect: UF001 class=definite stack=make<main bytes=8 blocks=1
#include <stdlib.h>
#include <string.h>

struct person {
        char *name;
};

static struct person *make(void)
{
        struct person *person = malloc(sizeof *person);
        person->name = strcpy(malloc(8), "Ada");
        return person;
}

int main(void)
{
        free(make());
        return 0;
}
