/* The arena of a process that runs
 *
 * Whoever holds it can be looked through: the process itself, when it has no runner, or its runner, which is one of
 * its ancestors. Only /proc is read: nothing is stopped, attached to or signalled.
 */
#ifndef UNFREED_CLI_COLLECT_LIVING_H
#define UNFREED_CLI_COLLECT_LIVING_H

#include <sys/types.h>

/* A descriptor of the arena of the present image of process `pid`, opened for reading only. Negative: a line was said. */
int living_open(pid_t pid);

/* The pid that a word names; 0 = it is no number. */
pid_t living_pid(const char *word);

#endif
