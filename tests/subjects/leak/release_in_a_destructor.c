// What is released after main is no leak.
// expect: nothing
#include "make.h"

static void *held;
static void keep(void) { held = make(40); }

__attribute__((destructor)) static void end(void)
{
        free(held);
        held = NULL;
}

int main(void)
{
        away(keep);
        return 0;
}
