// Parallel loops: the threads of the pool wait until the process ends.
// expect: nothing
// plain: same
// needs: lib:libgomp.so.1
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
        long sum = 0;
        omp_set_num_threads(4);
        #pragma omp parallel for reduction(+ : sum)
        for (int i = 0; i < 100000; i++) {
                char *block = malloc(16);
                sum += i;
                free(block);
        }
        #pragma omp parallel
        #pragma omp single
        for (int i = 0; i < 10; i++) {
                #pragma omp task
                free(malloc(100));
        }
        printf("%ld\n", sum);
        return 0;
}
