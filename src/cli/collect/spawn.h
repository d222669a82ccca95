/* The program under us, started as its user would start it
 *
 * Same signals, same limits, same descriptors, same environment, but for three variables: LD_PRELOAD with our library
 * before the user's own, UNFREED_RUNNER, UNFREED_OPTIONS. A program that these would harm gets none of them.
 */
#ifndef UNFREED_CLI_COLLECT_SPAWN_H
#define UNFREED_CLI_COLLECT_SPAWN_H

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/types.h>

/* What the runner changes of itself while the program runs, as it was before. */
struct manners {
        struct sigaction interrupt, quit, child, file_size;
        sigset_t mask;
        struct rlimit descriptors;
        bool is_init;  /* we are process 1 */
        pid_t watcher; /* whose SIGCONT is for us alone; 0 = there was none yet */
};

/* Leave the keyboard's SIGINT and SIGQUIT to the program, take SIGCHLD and what is passed on through a descriptor
 * (returned), be allowed many descriptors, be the reaper of what the program leaves behind, and live on where a file may
 * not grow. Negative: a line was said. */
int manners_begin(struct manners *ret_before);
/* Did somebody send us this signal who means the program? */
bool manners_pass_on(const struct manners *before, const struct signalfd_siginfo *signal);
/* The signals of which that may be true of any runner. */
void manners_passed_on(sigset_t *ret_signals);
/* The program has stopped of this signal: stop as it did, until somebody continues us, or it goes on by itself. */
void manners_stop(struct manners *before, pid_t program, int signal);
void manners_end(const struct manners *before);

struct spawn {
        char **argv;         /* NULL-terminated */
        const char *library; /* path for LD_PRELOAD */
        bool apart;          /* the program must live without it */
        const char *runner;  /* value of UNFREED_RUNNER */
        const char *options; /* appended to the user's UNFREED_OPTIONS; "" = nothing */
};

/* Returns its pid. 0: it could not be executed, *ret_errno says why. Negative: a line was said. */
pid_t spawn_program(const struct spawn *spawn, const struct manners *before, int *ret_errno);

#endif
