/* Was the whole group meant?
 *
 * A signal for us comes to us alone (kill, a supervisor) or to our process group (timeout, a shell that leaves). In the
 * first case it is to be passed on to the program, in the second the program has it already and must not get it twice.
 * The kernel does not tell the two apart, so a child of ours sits in the group and does nothing but say which of the same
 * signals it gets: it has one if the group has.
 *
 * When the runner is killed, it is also the one that is left to take away the path at which the runner listened.
 */
#ifndef UNFREED_CLI_COLLECT_CANARY_H
#define UNFREED_CLI_COLLECT_CANARY_H

#include "cli/collect/listen.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct canary {
        pid_t pid; /* -1: there is none */
        int says;  /* a pipe with a byte for each signal */
        double heard_at[NSIG];
};

/* It lives hardly longer than the thread that made it. The keyboard's signals are none of its. Where it cannot be made,
 * nothing will have been heard. */
void canary_begin(struct canary *ret_canary, const sigset_t *signals, const struct listener *listener);
/* Has it got that signal, now or less than so many seconds ago? */
bool canary_has_heard(struct canary *canary, int signal, double seconds, double now);
void canary_end(struct canary *canary);

#endif
