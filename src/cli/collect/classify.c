/* Asking a running process to judge a copy of itself: see classify.h
 *
 * The process listens for the signal that its option snapshot_signal names; which one that is stands in its
 * environment, and that it listens in its status. The value that goes with the signal names a socket of ours, to which
 * the copy sends its arena.
 */
#include "cli/collect/classify.h"

#include "cli/collect/listen.h"
#include "cli/say/say.h"
#include "wire/option.h"

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

/* The number after `key` in a file of /proc/PID, read in `base`; 0 = it is not there. */
static unsigned long long number_in(pid_t pid, const char *name, const char *key, int base)
{
        char path[48];
        snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
        FILE *file = fopen(path, "re");
        unsigned long long number = 0;
        char *text = NULL;
        size_t room = 0;
        for (ssize_t n; file && number == 0 && (n = getdelim(&text, &room, *name == 'e' ? '\0' : '\n', file)) > 0;) {
                const char *at = strstr(text, key);
                if (at && (*name == 's' || strncmp(text, WIRE_OPTIONS_ENV "=", sizeof WIRE_OPTIONS_ENV) == 0))
                        number = strtoull(at + strlen(key), NULL, base);
        }
        free(text);
        if (file)
                fclose(file);
        return number;
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
        int number = (int)number_in(pid, "environ", "snapshot_signal=", 10);
        unsigned long long caught = number_in(pid, "status", "SigCgt:", 16);
        if (number <= 0 || number > 64 || !(caught >> (number - 1) & 1))
                return say_error(
                        "process %d does not listen: start it with UNFREED_OPTIONS=snapshot_signal=N, a signal "
                        "that it does not use",
                        (int)pid);
        uint64_t token;
        if (getrandom(&token, sizeof token, 0) != sizeof token)
                return say_error("no random numbers for the name of the socket: %s", strerror(errno));
        char address[LISTEN_ADDRESS_BYTES];
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
