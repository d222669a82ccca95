// An error path releases, and then falls into the common clean-up that releases again. (CWE-415)
// expect: UF102 family=malloc function=read_all release=read_all first_release=read_all bytes=300
// exit: 23
#include <stdlib.h>

static int read_all(int broken)
{
        int result = -1;
        char *line = malloc(300);
        if (broken) {
                free(line);
                goto out;
        }
        result = 0;
out:
        free(line);
        return result;
}

int main(void)
{
        return read_all(0) == 0 && read_all(1) == -1 ? 0 : 1;
}
