// All pthread keys are taken before main, and again after one is given back.
// expect: UF001 class=definite function=main bytes=40 blocks=1
// plain: same
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static int n_keys;

__attribute__((constructor(101))) static void take_all(void)
{
        pthread_key_t key;
        while (pthread_key_create(&key, NULL) == 0)
                n_keys++;
}

static void *work(void *unused)
{
        free(malloc(50));
        return unused;
}

int main(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, work, NULL);
        pthread_join(thread, NULL);
        char *volatile lost = malloc(40);
        lost[0] = 1;
        lost = NULL;
        printf("%d\n", n_keys);
        return 0;
}
