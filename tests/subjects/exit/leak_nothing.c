// The clean twin: a status of its own is passed on.
// expect: nothing
// exit: 7
// plain: same
// process: end.how=exit end.code=7
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
        char *block = malloc(16);
        printf("%d\n", block != NULL);
        free(block);
        return 7;
}
