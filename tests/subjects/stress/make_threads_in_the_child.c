// A thread forks while others allocate; the child starts threads of its own, and one block of theirs is lost.
// expect: UF001 class=definite function=lose bytes=165 blocks=3
// timeout: 60
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int stop;

static void *churn(void *unused)
{
        while (!stop)
                free(malloc(77));
        return unused;
}

static void lose(void) { memset(malloc(55), 1, 55); }

static void *work(void *unused)
{
        for (int i = 0; i < 1000; i++)
                free(malloc(1 + i));
        lose();
        return unused;
}

static void *multiply(void *unused)
{
        pid_t child = fork();
        if (child == 0) {
                pthread_t threads[3];
                for (int i = 0; i < 3; i++)
                        pthread_create(&threads[i], NULL, work, NULL);
                for (int i = 0; i < 3; i++)
                        pthread_join(threads[i], NULL);
                exit(0);
        }
        waitpid(child, NULL, 0);
        return unused;
}

int main(void)
{
        pthread_t threads[2], forker;
        for (int i = 0; i < 2; i++)
                pthread_create(&threads[i], NULL, churn, NULL);
        pthread_create(&forker, NULL, multiply, NULL);
        pthread_join(forker, NULL);
        stop = 1;
        for (int i = 0; i < 2; i++)
                pthread_join(threads[i], NULL);
        return 0;
}
