/* Ending as the program ended: see end.h */
#include "cli/command/end.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

int end_by_signal(int signal)
{
        struct rlimit none = {0, 0};
        struct sigaction standard = {.sa_handler = SIG_DFL};
        sigset_t one;
        setrlimit(RLIMIT_CORE, &none);
        prctl(PR_SET_DUMPABLE, 0); /* where cores are piped to a program, the limit does not hold */
        sigaction(signal, &standard, NULL);
        sigemptyset(&one);
        sigaddset(&one, signal);
        sigprocmask(SIG_UNBLOCK, &one, 0);
        raise(signal);
        return 128 + signal;
}
