// realloc(p, 0) releases; the address is not given out at once, so that the second release is told from the owner's own
// of a block that came there since.
// expect: UF102 family=malloc function=make release=drop_again first_release=drop
// stdout: still mine
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noinline)) static char *make(void) { return malloc(32); }
__attribute__((noinline)) static char *make_second(void) { return malloc(32); }
__attribute__((noinline)) static void drop(char *block) { block = realloc(block, 0); }
__attribute__((noinline)) static void drop_again(char *block) { free(block); }
__attribute__((noinline)) static void drop_second(char *block) { free(block); }

int main(void)
{
        char *block = make();
        drop(block);
        char *second = make_second();
        strcpy(second, "still mine");
        drop_again(block);
        char *third = malloc(32);
        strcpy(third, "another");
        puts(second);
        drop_second(second);
        free(third);
        return 0;
}
