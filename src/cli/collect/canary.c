/* Was the whole group meant? See canary.h */
#include "cli/collect/canary.h"

#include "cli/collect/status.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Nobody sends it to groups, and who does has not ended. */
enum { RUNNER_ENDED = SIGPWR };

static void hear(const sigset_t *signals, pid_t runner, int says)
{
        sigset_t heard = *signals;
        sigaddset(&heard, RUNNER_ENDED);
        while (getppid() == runner) {
                siginfo_t got;
                int signal = sigwaitinfo(&heard, &got);
                unsigned char said = (unsigned char)signal;
                if (signal > 0 && signal != RUNNER_ENDED && got.si_code != SI_KERNEL && write(says, &said, 1) < 0)
                        return;
        }
}

void canary_begin(struct canary *ret_canary, const sigset_t *signals, const struct listener *listener)
{
        sigset_t all, before;
        pid_t runner = getpid();
        int ends[2];
        *ret_canary = (struct canary){.pid = -1, .says = -1};
        if (pipe2(ends, O_CLOEXEC) < 0)
                return;
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, &before); /* it hears nothing before it listens */
        pid_t pid = fork();
        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, RUNNER_ENDED);
                prctl(PR_SET_NAME, "unfreed-group");
                /* Whoever waits for the end of a pipe does not wait for us. */
                dup2(ends[1], 0);
                syscall(SYS_close_range, 1U, ~0U, 0U);
                hear(signals, runner, 0);
                listen_remove(listener);
                _exit(0);
        }
        sigprocmask(SIG_SETMASK, &before, NULL);
        close(ends[1]);
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        ret_canary->pid = pid;
        ret_canary->says = ends[0];
}

bool canary_has_heard(struct canary *canary, int signal, double seconds, double now)
{
        unsigned char said[64];
        if (canary->pid < 0)
                return false;
        if (status_has_signal(canary->pid, "ShdPnd", signal)) /* it has it, though it may not have run since */
                canary->heard_at[signal] = now;
        for (ssize_t n; (n = read(canary->says, said, sizeof said)) > 0;)
                for (ssize_t i = 0; i < n; i++)
                        if (said[i] < NSIG)
                                canary->heard_at[said[i]] = now;
        return canary->heard_at[signal] > 0 && now - canary->heard_at[signal] < seconds;
}

void canary_end(struct canary *canary)
{
        if (canary->pid > 0)
                kill(canary->pid, SIGKILL);
        if (canary->says >= 0)
                close(canary->says);
        canary->says = -1;
        canary->pid = -1;
}
