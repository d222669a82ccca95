/* The corpus, once through a target: replay FILE... prints a line for each, as TAP.
 *
 * An input must be taken in, but for those that are there to be refused: their names begin with "refused_". */
#include "fuzz/target.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void file_replay(int number, const char *path)
{
        static uint8_t bytes[1 << 20];
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
        FILE *file = fopen(path, "rb");
        if (!file) {
                printf("not ok %d - %s cannot be opened\n", number, name);
                return;
        }
        size_t n = fread(bytes, 1, sizeof bytes, file), before = taken_in;
        fclose(file);
        uint8_t *exact = malloc(n ? n : 1); /* so that a read past the end is one past an allocation */
        if (!exact)
                abort();
        memcpy(exact, bytes, n);
        LLVMFuzzerTestOneInput(exact, n);
        free(exact);
        bool refused = taken_in == before, must_be = strncmp(name, "refused_", 8) == 0;
        printf("%s %d - %s is %s\n", refused == must_be ? "ok" : "not ok", number, name,
               refused ? "refused" : "taken in");
}

int main(int argc, char **argv)
{
        for (int i = 1; i < argc; i++) {
                file_replay(i, argv[i]);
                fflush(stdout);
        }
        printf("1..%d\n", argc - 1);
        return 0;
}
