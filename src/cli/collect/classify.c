/* Asking a running process to judge a copy of itself: see classify.h
 *
 * The process listens for the signal that its option snapshot_signal names; which one that is stands in its arena (its
 * environment may be gone: servers write what they do over it), and that it still listens in its status. The value that
 * goes with the signal names a socket of ours, to which the copy sends its arena.
 */
#include "cli/collect/classify.h"

#include "cli/collect/listen.h"
#include "cli/collect/living.h"
#include "cli/collect/status.h"
#include "cli/say/say.h"
#include "wire/arena.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* A judgement of a hundred million blocks takes less. */
enum { PATIENCE_MS = 120000 };

/* 0 = none; negative: a line was said. */
static int signal_of(pid_t pid)
{
        struct wire_header header;
        int fd = living_open(pid);
        if (fd < 0)
                return -1;
        bool is_ours = pread(fd, &header, sizeof header, 0) == sizeof header && header.version == WIRE_VERSION;
        close(fd);
        return is_ours ? header.listens : 0;
}

static int answer_await(struct listener *listener, pid_t pid)
{
        struct pollfd socket = {.fd = listener->fd, .events = POLLIN};
        struct arrival arrival;
        int ready = poll(&socket, 1, PATIENCE_MS);
        if (ready <= 0 || !listen_take(listener, &arrival))
                return say_error("process %d did not answer", (int)pid);
        if (arrival.pidfd >= 0)
                close(arrival.pidfd);
        return arrival.memfd >= 0 ? arrival.memfd : say_error("the copy of process %d: %s", (int)pid, arrival.why_not);
}

int classify_ask(pid_t pid)
{
        int number = signal_of(pid);
        if (number < 0)
                return -1;
        if (number == 0 || number > 64 || !status_has_signal(pid, "SigCgt", number))
                return say_error(
                        "process %d does not listen: start it with UNFREED_OPTIONS=snapshot_signal=N, a signal "
                        "that it does not use",
                        (int)pid);
        char state = status_state(pid);
        if (state == 'T' || state == 't')
                return say_error("process %d is stopped, and would not answer", (int)pid);
        if (status_blocks_signal(pid, number))
                return say_error("process %d blocks signal %d in all its threads, and would not answer", (int)pid, number);
        uint64_t token;
        if (getrandom(&token, sizeof token, 0) != sizeof token)
                return say_error("no random numbers for the name of the socket: %s", strerror(errno));
        char address[WIRE_ADDRESS_BYTES];
        snprintf(address, sizeof address, "@unfreed-copy-%016llx", (unsigned long long)token);
        struct listener listener;
        if (listen_open_at(&listener, address) < 0)
                return -1;
        union sigval value = {.sival_ptr = (void *)(uintptr_t)token};
        int fd = sigqueue(pid, number, value) < 0 ? say_error("process %d: %s", (int)pid, strerror(errno))
                                                  : answer_await(&listener, pid);
        listen_close(&listener);
        return fd;
}
