// A copy of the pointer walks, the pointer itself is released: the twin of release_after_walking.
// expect: nothing
// plain: same
#include <stdlib.h>
#include <string.h>

static void find_and_drop(char *text)
{
        char *walking = text;
        while (*walking && *walking != 'f')
                walking++;
        free(text);
}

int main(void)
{
        char *text = malloc(20);
        strcpy(text, "to be found");
        find_and_drop(text);
        return 0;
}
