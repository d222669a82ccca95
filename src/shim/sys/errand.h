/* A short errand in a child that shares our memory but not our descriptors
 *
 * Made with CLONE_VM|CLONE_VFORK and without an exit signal: nothing is copied, no SIGCHLD reaches the program's
 * handler, the program's wait() never sees the child (clone(2), __WCLONE), and whatever it closes stays open here.
 * All signals are blocked in it. An exec would give it back its exit signal: who wants one runs a second errand in the
 * first.
 */
#ifndef UNFREED_SHIM_SYS_ERRAND_H
#define UNFREED_SHIM_SYS_ERRAND_H

/* Run `errand(context)` in such a child while this thread waits; it may make system calls only, and ends by returning
 * its exit status. Returns the status as wait4 gives it; -1 when no child could be made. */
int errand_run(int (*errand)(void *context), void *context);

#endif
