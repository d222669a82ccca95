// tcmalloc is linked in front of libc. It loses eight bytes itself when it is loaded, which are not the
// program's to release.
// needs: lib:libtcmalloc_minimal.so.4
// options: --show=all
// expect: UF003 class=runtime bytes=8 blocks=1 stack=MallocExtension::Register
// plain: same
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
        char *blocks[1000], *line = NULL;
        for (int i = 0; i < 1000; i++)
                blocks[i] = memset(malloc(1 + i % 70), 'j', 1 + i % 70);
        for (int i = 0; i < 1000; i += 2)
                blocks[i] = realloc(blocks[i], 3000);
        for (int i = 0; i < 1000; i++)
                free(blocks[i]);
        if (asprintf(&line, "%d", 5) > 0)
                free(line);
        free(aligned_alloc(256, 256));
        puts("end");
        return 0;
}
