// Three threads wait for any signal there is, by sigwait, sigwaitinfo and sigtimedwait: the program ends as if they slept.
// expect: nothing
// stdout: done
// plain: same
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static sigset_t all;

static void *await(void *how)
{
        static const struct timespec long_time = {.tv_sec = 1000};
        siginfo_t info;
        int number = 0;
        switch ((long)how) {
        case 0: sigwait(&all, &number); break;
        case 1: number = sigwaitinfo(&all, &info); break;
        default: number = sigtimedwait(&all, &info, &long_time);
        }
        printf("way %ld: signal %d\n", (long)how, number);
        fflush(stdout);
        return NULL;
}

int main(void)
{
        pthread_t thread;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, NULL);
        for (long how = 0; how < 3; how++)
                pthread_create(&thread, NULL, await, (void *)how);
        usleep(100000);
        puts("done");
        return 0;
}
