// A threaded program forks again and again while its other threads allocate; the children allocate and exit.
// expect: nothing
// timeout: 60
// plain: same
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int stop;

static void *churn(void *unused)
{
        void *held[64] = {0};
        for (unsigned i = 0; !stop; i++) {
                free(held[i % 64]);
                held[i % 64] = malloc(16 + i % 500);
        }
        for (int i = 0; i < 64; i++)
                free(held[i]);
        return unused;
}

int main(void)
{
        pthread_t threads[3];
        for (int i = 0; i < 3; i++)
                pthread_create(&threads[i], NULL, churn, NULL);
        for (int i = 0; i < 100; i++) {
                pid_t child = fork();
                if (child == 0) {
                        for (int k = 0; k < 100; k++)
                                free(malloc(100 + k));
                        _exit(0);
                }
                waitpid(child, NULL, 0);
        }
        stop = 1;
        for (int i = 0; i < 3; i++)
                pthread_join(threads[i], NULL);
        return 0;
}
