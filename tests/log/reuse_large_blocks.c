/* 1,000 times a block of 300,000 bytes, filled and released: prints how many thousand pages were touched anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

int main(void)
{
        struct rusage usage;
        for (int i = 0; i < 1000; i++) {
                char *block = malloc(300000);
                memset(block, i, 300000);
                free(block);
        }
        getrusage(RUSAGE_SELF, &usage);
        printf("%ld\n", usage.ru_minflt / 1000);
        return 0;
}
