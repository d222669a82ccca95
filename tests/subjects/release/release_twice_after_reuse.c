// free() twice; between, the same size is asked for again, which may get the same address. The block that lives there
// now must not be the one that goes. (CWE-415)
// expect: UF102 family=malloc function=make release=drop_again first_release=drop
// stdout: still mine
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *make(void) { return malloc(32); }
static void drop(char *block) { free(block); }
static void drop_again(char *block) { free(block); }

int main(void)
{
        char *block = make();
        drop(block);
        char *second = malloc(32);
        strcpy(second, "still mine");
        drop_again(block);
        char *third = malloc(32);
        memset(third, 'x', 31);
        puts(second);
        free(third);
        free(second);
        return 0;
}
