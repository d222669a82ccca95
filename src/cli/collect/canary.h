/* Was the whole group meant?
 *
 * A signal for us comes to us alone (kill, a supervisor) or to our process group (timeout, a shell that leaves). In the
 * first case it is to be passed on to the program, in the second the program has it already and must not get it twice.
 * The kernel does not tell the two apart, so a child of ours sits in the group and does nothing but wait for the same
 * signals: it has it if the group has.
 */
#ifndef UNFREED_CLI_COLLECT_CANARY_H
#define UNFREED_CLI_COLLECT_CANARY_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* Its pid; -1 where there can be none. It ends with the thread that made it, or with the first signal of those that is
 * not the keyboard's, whose number is its exit status. */
pid_t canary_begin(const sigset_t *signals);
/* Has it that signal, though it may not have run since? */
bool canary_has_heard(pid_t canary, int signal);
void canary_end(pid_t canary);

#endif
