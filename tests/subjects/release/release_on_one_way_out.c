// Each path releases once: the twin of release_on_the_way_out_too.
// expect: nothing
// plain: same
#include <stdlib.h>

static int read_all(int broken)
{
        int result = -1;
        char *line = malloc(300);
        if (!broken)
                result = 0;
        free(line);
        return result;
}

int main(void)
{
        return read_all(0) == 0 && read_all(1) == -1 ? 0 : 1;
}
