/* The corpus, once through a target: replay FILE... prints a line for each, as TAP. */
#include "fuzz/target.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
        for (int i = 1; i < argc; i++) {
                FILE *file = fopen(argv[i], "rb");
                static uint8_t bytes[1 << 20];
                if (!file) {
                        printf("not ok %d - %s\n", i, argv[i]);
                        continue;
                }
                size_t n = fread(bytes, 1, sizeof bytes, file);
                fclose(file);
                uint8_t *exact = malloc(n ? n : 1); /* so that a read past the end is one past an allocation */
                for (size_t k = 0; k < n; k++)
                        exact[k] = bytes[k];
                LLVMFuzzerTestOneInput(exact, n);
                free(exact);
                printf("ok %d - %s\n", i, argv[i]);
                fflush(stdout);
        }
        printf("1..%d\n", argc - 1);
        return 0;
}
