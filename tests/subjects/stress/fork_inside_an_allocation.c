// A handler forks while a call of malloc, realloc or free is under way, at instruction after instruction of it (elsewhere
// than on x86-64: whenever a timer says so). Its child goes on with that call and uses what came of it, or leaves at once,
// or becomes another program.
// expect: nothing
// timeout: 120
// plain: same
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

enum { FORKS = 80, BLOCKS = 20, LIMIT = 100000 };
extern char **environ;

static void *held[BLOCKS];
static volatile unsigned n_steps, fork_at;
static volatile int n_forks, n_bad, is_child;

static void step(int number, siginfo_t *info, void *context)
{
        if (is_child || ++n_steps != fork_at)
                return;
        pid_t child = fork();
        if (child == 0) {
                char *argv[] = {"true", NULL};
                if (n_forks % 8 == 0)
                        _exit(0);
                if (n_forks % 8 == 1)
                        execv("/bin/true", argv);
                is_child = 1;
#if defined __x86_64__
                ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~0x100;
#endif
                return;
        }
        int status = 0;
        waitpid(child, &status, 0);
        n_bad += status != 0;
        n_forks++;
}

#if defined __x86_64__
enum { SIGNAL = SIGTRAP };
static inline __attribute__((always_inline)) void watch(int on)
{
        __asm__ volatile("pushfq\n\torq $0x100, (%%rsp)\n\ttest %0, %0\n\tjnz 1f\n\tandq $~0x100, (%%rsp)\n1:\tpopfq" ::"r"(on)
                         : "cc", "memory");
}
#else
enum { SIGNAL = SIGALRM };
static inline void watch(int on)
{
        struct itimerval soon = {{0, 0}, {0, on ? 30 : 0}};
        setitimer(ITIMER_REAL, &soon, NULL);
}
#endif

static __attribute__((noinline)) void change(unsigned i, unsigned deep)
{
        void **at = &held[i % BLOCKS];
        if (deep > 0) {
                change(i, deep - 1);
                return;
        }
        watch(1);
        if (i % 3 == 0)
                *at = realloc(*at, 20 + i % 100);
        else
                free(*at), *at = malloc(20 + i % 300);
        watch(0);
}

static void release_all(void)
{
        for (int i = 0; i < BLOCKS; i++)
                free(held[i]);
        memset(held, 0, sizeof held);
}

/* What a child does with what it has inherited, and what it was about to get. */
static void live_on(void)
{
        for (int i = 0; i < BLOCKS; i++)
                if (held[i])
                        memset(held[i], 1, 20);
        release_all();
        for (int i = 0; i < BLOCKS; i++)
                held[i] = malloc(30 + i);
        release_all();
        _exit(0);
}

int main(void)
{
        struct sigaction action = {.sa_sigaction = step, .sa_flags = SA_SIGINFO};
        sigaction(SIGNAL, &action, NULL);
        for (unsigned i = 0; n_forks < FORKS && i < LIMIT; i++) {
                /* Later and later, and where the call ends before that, anew. */
                int before = n_forks;
                n_steps = 0;
                change(i, i * 7 % 40);
                if (is_child)
                        live_on();
                fork_at = n_forks == before ? i % 13 + 1 : fork_at + fork_at / 8 + i % 5;
        }
        release_all();
        printf("%d children, %d ended badly\n", n_forks, n_bad);
        return 0;
}
