// A timer's signal comes every 200 microseconds, on a stack of its own, while blocks are made and released.
// expect: nothing
// timeout: 60
// plain: same
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

static volatile sig_atomic_t n_signals;

static void count(int signal) { n_signals++; }

int main(void)
{
        static char room[65536];
        stack_t other = {.ss_sp = room, .ss_size = sizeof room};
        struct sigaction action = {.sa_handler = count, .sa_flags = SA_ONSTACK | SA_RESTART};
        struct itimerval every = {{0, 200}, {0, 200}};
        void *held[100] = {0};
        sigaltstack(&other, NULL);
        sigaction(SIGALRM, &action, NULL);
        setitimer(ITIMER_REAL, &every, NULL);
        for (unsigned i = 0; n_signals < 500; i++) {
                free(held[i % 100]);
                held[i % 100] = memset(malloc(10 + i % 400), 1, 10);
        }
        memset(&every, 0, sizeof every);
        setitimer(ITIMER_REAL, &every, NULL);
        for (int i = 0; i < 100; i++)
                free(held[i]);
        puts("enough");
        return 0;
}
