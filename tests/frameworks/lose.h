/* What the tests of each framework do: lose a block, or give it back */
#include <stdlib.h>
#include <string.h>

__attribute__((noinline, unused)) static void *make(size_t bytes) { return memset(malloc(bytes), 'm', bytes); }
__attribute__((noinline, unused)) static void lose(void)
{
        for (int i = 0; i < 3; i++) /* a word that was left somewhere may hold one */
                make(16);
}
__attribute__((noinline, unused)) static void keep_nothing(void) { free(make(16)); }
