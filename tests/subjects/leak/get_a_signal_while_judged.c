// A timer whose handler wants a lock of the other threads fires all the time, also while the process is judged. It counts
// processor time: with a clock's, a handler that waits for the lock on a busy machine would be called again at once, for
// ever.
// expect: nothing
// plain: same
// timeout: 20
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void handler(int signal)
{
        pthread_mutex_lock(&mutex);
        free(malloc(100));
        pthread_mutex_unlock(&mutex);
}

static void *run(void *unused)
{
        for (;;) {
                pthread_mutex_lock(&mutex);
                free(malloc(200));
                pthread_mutex_unlock(&mutex);
        }
        return NULL;
}

struct node *head;
static void keep(void) { head = make_list(200000); }

int main(void)
{
        away(keep);
        sigset_t timer;
        sigemptyset(&timer);
        sigaddset(&timer, SIGPROF);
        pthread_sigmask(SIG_BLOCK, &timer, NULL);
        pthread_t thread;
        for (int i = 0; i < 3; i++)
                pthread_create(&thread, NULL, run, NULL);
        signal(SIGPROF, handler);
        struct itimerval often = {{0, 1000}, {0, 1000}};
        setitimer(ITIMER_PROF, &often, NULL);
        puts("done");
        fflush(stdout);
        pthread_sigmask(SIG_UNBLOCK, &timer, NULL);
        exit(0);
}
