/* How a process ended, found out by whoever is not its parent
 *
 * Our own children, and the orphans that come to us, are waited for. Of the rest a pidfd tells when they end. How they
 * ended it tells from Linux 6.15 on (PIDFD_GET_INFO after the parent has reaped it); before the parent reaps, /proc
 * does. Where neither can, the arena's own word is all there is.
 */
#ifndef UNFREED_CLI_COLLECT_FATE_H
#define UNFREED_CLI_COLLECT_FATE_H

#include <stdbool.h>
#include <sys/types.h>

/* The wait status of an ended process. False when it runs, or cannot be told (yet). `pidfd` may be -1. */
bool fate_of(int pidfd, pid_t pid, int *ret_status);

/* Is it gone, or a zombie? */
bool fate_has_ended(int pidfd, pid_t pid);

#endif
