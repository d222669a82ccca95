// exit() is called while a caller still has the pointer.
// expect: nothing
#include "make.h"

static void work(void)
{
        void *volatile block = make(40);
        exit(block == NULL);
}

int main(void)
{
        away(work);
}
