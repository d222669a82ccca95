// Threads are cancelled while they make and release blocks; clean-up handlers release what is left.
// expect: nothing
// timeout: 60
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void *churn(void *unused)
{
        for (;;) {
                void *block = malloc(100);
                pthread_cleanup_push(free, block);
                pthread_testcancel();
                pthread_cleanup_pop(1);
        }
        return unused;
}

int main(void)
{
        for (int i = 0; i < 100; i++) {
                pthread_t thread;
                pthread_create(&thread, NULL, churn, NULL);
                usleep(500);
                pthread_cancel(thread);
                pthread_join(thread, NULL);
        }
        return 0;
}
