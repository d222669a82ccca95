// Blocks made in .preinit_array and in a constructor, before most of the process is there, are released in main.
// expect: nothing
// plain: same
#include <stdlib.h>
#include <string.h>

static char *first, *second;

static void make_first(void) { first = strdup("made before any constructor"); }

__attribute__((section(".preinit_array"), used)) static void (*preinit)(void) = make_first;

__attribute__((constructor(101))) static void make_second(void) { second = malloc(200000); }

static char *third;
__attribute__((destructor)) static void drop_third(void) { free(third); }

int main(void)
{
        free(first);
        free(second);
        third = calloc(1, 90);
        return 0;
}
