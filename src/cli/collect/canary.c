/* Was the whole group meant? See canary.h */
#include "cli/collect/canary.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

pid_t canary_begin(const sigset_t *signals)
{
        sigset_t all, before;
        pid_t runner = getpid();
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, &before); /* it hears nothing before it listens */
        pid_t canary = fork();
        if (canary == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                prctl(PR_SET_NAME, "unfreed-group");
                if (getppid() != runner)
                        _exit(0);
                syscall(SYS_close_range, 0U, ~0U, 0U); /* whoever waits for the end of a pipe does not wait for it */
                siginfo_t got;
                int signal;
                do
                        signal = sigwaitinfo(signals, &got);
                while (signal < 0 || got.si_code == SI_KERNEL);
                _exit(signal);
        }
        sigprocmask(SIG_SETMASK, &before, NULL);
        return canary;
}

bool canary_has_heard(pid_t canary, int signal)
{
        char path[48], line[256];
        bool heard = false;
        snprintf(path, sizeof path, "/proc/%d/status", (int)canary);
        FILE *status = canary > 0 ? fopen(path, "re") : NULL;
        while (status && !heard && fgets(line, sizeof line, status)) {
                unsigned long long pending = 0; /* bit n - 1 is signal n: proc(5) */
                char state;
                if (sscanf(line, "ShdPnd: %llx", &pending) == 1)
                        heard = pending >> (signal - 1) & 1;
                else if (sscanf(line, "State: %c", &state) == 1)
                        heard = state == 'Z' || state == 'X';
        }
        if (status)
                fclose(status);
        return heard;
}

void canary_end(pid_t canary)
{
        if (canary > 0)
                kill(canary, SIGKILL);
}
