// A tree of tsearch(3), whose nodes have their colour in a bit of a pointer.
// expect: nothing
#include "make.h"
#include <search.h>

static void *root;

static int compare(const void *a, const void *b) { return (a > b) - (a < b); }

static void keep(void)
{
        for (uintptr_t i = 1; i <= 100; i++)
                tsearch((void *)i, &root, compare);
}

int main(void)
{
        away(keep);
        return 0;
}
