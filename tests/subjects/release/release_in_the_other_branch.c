// A pointer that is the stack's or the heap's, by a flag: released only when it is the heap's. The twin of release_a_local.
// expect: nothing
// plain: same
#include <stdlib.h>
#include <string.h>

static int work(size_t size)
{
        char small[64];
        char *buffer = size > sizeof small ? malloc(size) : small;
        memset(buffer, 1, size);
        int result = buffer[size - 1];
        if (buffer != small)
                free(buffer);
        return result;
}

int main(void) { return work(10) + work(1000) - 2; }
