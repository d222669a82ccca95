/* What the kernel says of a process, line by line: proc_pid_status(5) */
#ifndef UNFREED_CLI_COLLECT_STATUS_H
#define UNFREED_CLI_COLLECT_STATUS_H

#include <stdbool.h>
#include <sys/types.h>

/* The number behind `key`, or with `last` the last of several; -1 where it cannot be read. */
long status_number(pid_t pid, const char *key, bool last);

/* Is the signal in the set of that name ("SigCgt", "ShdPnd")? False where it cannot be read. */
bool status_has_signal(pid_t pid, const char *set, int signal);

/* Is the signal blocked in each of its threads, so that it would wait? False where they cannot be read. */
bool status_blocks_signal(pid_t pid, int signal);

/* The letter of its state; 0 where it cannot be read. */
char status_state(pid_t pid);

#endif
