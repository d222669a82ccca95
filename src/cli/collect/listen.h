/* Where arenas arrive
 *
 * A datagram socket with a name that nobody can guess (wire/hello.h), and a second one with a path, for those of the tree
 * that have gone into another network namespace. Each process image sends one message, with its arena attached; the
 * kernel says who sent it. Whatever else arrives there is dropped.
 */
#ifndef UNFREED_CLI_COLLECT_LISTEN_H
#define UNFREED_CLI_COLLECT_LISTEN_H

#include "wire/hello.h"

#include <stdbool.h>
#include <sys/types.h>

struct arrival {
        char program[sizeof ((struct wire_becomes *)0)->program]; /* not empty: what `pid` becomes, unwatched ... */
        enum wire_becomes_how how;                                /* ... and how ... */
        enum wire_becomes_why why;                                /* ... and why; there is nothing else then */
        int memfd; /* -1 = there is no arena, `why_not` says why */
        const char *why_not;
        int pidfd; /* -1 = could not be had: its process is gone already, or the kernel is old */
        pid_t pid; /* as we see it; 0 = in a pid namespace that is not below ours */
};

struct listener {
        int fd;
        int path_fd;                      /* -1 = no folder could be made for it */
        char address[WIRE_ADDRESS_BYTES]; /* for UNFREED_RUNNER: @name, or @name:path */
        bool has_waiting;
        struct arrival waiting; /* came by the path; what came by the name before it comes first */
};

/* Negative: a line was said. */
int listen_open(struct listener *ret_listener);
/* The same at an address of the caller's, "@name", and by that alone. */
int listen_open_at(struct listener *ret_listener, const char *address);
void listen_close(struct listener *listener);
/* What listen_close() leaves no file of, for another process, which has the copy of a listener whose own is gone. */
void listen_remove(const struct listener *listener);

/* Take in one message that is a greeting; what is not is dropped on the way. 0 = nothing more for now. The
 * descriptors are the caller's. */
int listen_take(struct listener *listener, struct arrival *ret_arrival);

#endif
