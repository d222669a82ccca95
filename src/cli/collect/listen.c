/* Where arenas arrive: see listen.h */
#include "cli/collect/listen.h"

#include "cli/collect/status.h"
#include "cli/say/say.h"
#include "wire/arena.h"
#include "wire/hello.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* Linux 6.5; glibc 2.36 has no names for them. */
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif
#ifndef SCM_PIDFD
#define SCM_PIDFD 0x04
#endif

static void arrival_drop(struct arrival *arrival)
{
        if (arrival->memfd >= 0)
                close(arrival->memfd);
        if (arrival->pidfd >= 0)
                close(arrival->pidfd);
}

/* -1 with errno. */
static int socket_at(const struct sockaddr_un *where, size_t name_bytes)
{
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
        if (fd < 0)
                return -1;
        setsockopt(fd, SOL_SOCKET, SO_PASSPIDFD, &yes, sizeof yes); /* where the kernel can */
        if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) == 0 &&
            bind(fd, (const struct sockaddr *)where,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name_bytes)) == 0)
                return fd;
        int error = errno;
        close(fd);
        errno = error;
        return -1;
}

/* A socket `name` in a folder that is made for it. The folder may be entered and not read: whoever of the tree has
 * become another user still gets through, since it knows the name. Where nothing of that can be had, the abstract name
 * must do. */
static void listen_open_in(struct listener *listener, const char *folder, const char *name)
{
        struct sockaddr_un where = {.sun_family = AF_UNIX};
        size_t before = strlen(listener->address);
        int n = snprintf(where.sun_path, sizeof where.sun_path, "%s/unfreed-XXXXXX", folder);
        if (folder[0] != '/' || n < 0 || (size_t)n + 1 + strlen(name) >= sizeof where.sun_path ||
            before + 1 + (size_t)n + 1 + strlen(name) >= sizeof listener->address || !mkdtemp(where.sun_path))
                return;
        char *end = where.sun_path + n;
        bool open = chmod(where.sun_path, 0711) == 0;
        snprintf(end, sizeof where.sun_path - (size_t)n, "/%s", name);
        listener->path_fd = open ? socket_at(&where, strlen(where.sun_path) + 1) : -1;
        if (listener->path_fd >= 0 && chmod(where.sun_path, 0666) == 0) {
                snprintf(listener->address + before, sizeof listener->address - before, ":%s", where.sun_path);
                return;
        }
        if (listener->path_fd >= 0) {
                close(listener->path_fd);
                unlink(where.sun_path);
        }
        listener->path_fd = -1;
        *end = '\0';
        rmdir(where.sun_path);
}

int listen_open(struct listener *listener)
{
        uint64_t bits[2];
        if (getrandom(bits, sizeof bits, 0) != sizeof bits)
                return say_error("no random numbers for the name of the socket: %s", strerror(errno));
        char address[48];
        snprintf(address, sizeof address, "@unfreed-%016llx%016llx", (unsigned long long)bits[0],
                 (unsigned long long)bits[1]);
        if (listen_open_at(listener, address) < 0)
                return -1;
        /* TMPDIR is the program's too, which may look at what is in it: rather where others put things as well. */
        const char *name = strchr(address, '-') + 1, *folder = getenv("TMPDIR");
        listen_open_in(listener, "/tmp", name);
        if (listener->path_fd < 0 && folder)
                listen_open_in(listener, folder, name);
        return 0;
}

int listen_open_at(struct listener *listener, const char *address)
{
        *listener = (struct listener){.path_fd = -1};
        int length = snprintf(listener->address, sizeof listener->address, "%s", address);
        struct sockaddr_un where = {.sun_family = AF_UNIX};
        memcpy(where.sun_path + 1, listener->address + 1, (size_t)length - 1); /* sun_path[0] is NUL: abstract */
        listener->fd = socket_at(&where, (size_t)length);
        return listener->fd >= 0 ? 0 : say_error("no socket to receive records on: %s", strerror(errno));
}

void listen_remove(const struct listener *listener)
{
        char path[WIRE_ADDRESS_BYTES];
        const char *colon = strchr(listener->address, ':');
        if (!colon)
                return;
        snprintf(path, sizeof path, "%s", colon + 1);
        unlink(path);
        *strrchr(path, '/') = '\0';
        rmdir(path);
}

void listen_close(struct listener *listener)
{
        if (listener->fd >= 0)
                close(listener->fd);
        if (listener->path_fd >= 0) {
                close(listener->path_fd);
                listen_remove(listener);
        }
        if (listener->has_waiting)
                arrival_drop(&listener->waiting);
        listener->has_waiting = false;
        listener->fd = listener->path_fd = -1;
}

/* More descriptors than one message should have are closed, never leaked. */
static void arrival_take_descriptors(struct arrival *arrival, const struct cmsghdr *control)
{
        size_t n = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
                int fd;
                memcpy(&fd, CMSG_DATA(control) + i * sizeof fd, sizeof fd);
                int *place = control->cmsg_type == SCM_PIDFD ? &arrival->pidfd : &arrival->memfd;
                if (*place < 0)
                        *place = fd;
                else
                        close(fd);
        }
}

/* A process without a free descriptor lets a child greet for it, which is gone at once: whom is meant? Where both see the
 * same pids as we do, the sender says it; elsewhere it is the sender's parent, if that can still be asked. */
static void arrival_find_meant(struct arrival *arrival, const struct wire_hello *hello)
{
        bool same_pids = hello->sender == arrival->pid;
        pid_t meant = same_pids ? hello->pid : (pid_t)status_number(arrival->pid, "PPid", false);
        if (meant <= 0 || kill(meant, 0) < 0)
                return;
        if (arrival->pidfd >= 0)
                close(arrival->pidfd);
        arrival->pidfd = -1;
        arrival->pid = meant;
}

/* Of a child the sender's word counts only where both see the same pids. */
static bool becomes_take(const struct wire_becomes *becomes, size_t n, struct arrival *arrival)
{
        if (n != sizeof *becomes || memcmp(becomes->magic, WIRE_BECOMES_MAGIC, sizeof becomes->magic) != 0 ||
            becomes->version != WIRE_VERSION || becomes->how > WIRE_SPAWNED || becomes->why > WIRE_WHY_VALGRIND ||
            becomes->program[0] != '/' || !memchr(becomes->program, '\0', sizeof becomes->program))
                return false;
        arrival_drop(arrival);
        arrival->memfd = arrival->pidfd = -1;
        arrival->how = (enum wire_becomes_how)becomes->how;
        arrival->why = (enum wire_becomes_why)becomes->why;
        if (arrival->how == WIRE_SPAWNED)
                arrival->pid = becomes->pid;
        memcpy(arrival->program, becomes->program, sizeof arrival->program);
        return true;
}

/* A limit of file sizes holds for a memfd as well, that of the one who sets its size. Ours may be the same one, and
 * then it is lifted as far as we may, for this call: for what we write ourselves it stands. */
static void room_make(int memfd, uint64_t bytes)
{
        struct rlimit before, lifted = {RLIM_INFINITY, RLIM_INFINITY};
        struct stat status;
        bool is_memory = memfd >= 0 && fcntl(memfd, F_GET_SEALS) >= 0 && fstat(memfd, &status) == 0;
        if (!is_memory || status.st_size != 0 || getrlimit(RLIMIT_FSIZE, &before) < 0)
                return;
        if (setrlimit(RLIMIT_FSIZE, &lifted) < 0) {
                lifted.rlim_cur = lifted.rlim_max = before.rlim_max;
                setrlimit(RLIMIT_FSIZE, &lifted);
        }
        if (bytes > lifted.rlim_cur || ftruncate(memfd, (off_t)bytes) < 0)
                fchmod(memfd, WIRE_NO_ROOM_MODE);
        setrlimit(RLIMIT_FSIZE, &before);
}

/* 1: a greeting, or word of a program that is not watched; 0: something else; -1: nothing there. */
static int listen_receive(int socket_fd, struct arrival *arrival)
{
        union {
                struct wire_hello hello;
                struct wire_becomes becomes;
        } data_bytes = {0};
        struct wire_hello *hello = &data_bytes.hello;
        union {
                char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(8 * sizeof(int)) + CMSG_SPACE(sizeof(int))];
                struct cmsghdr align;
        } control;
        struct iovec data = {.iov_base = &data_bytes, .iov_len = sizeof data_bytes};
        struct msghdr message = {
                .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
        ssize_t got;
        do
                got = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        while (got < 0 && errno == EINTR);
        if (got < 0)
                return -1;
        *arrival = (struct arrival){.memfd = -1, .pidfd = -1};
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
                if (c->cmsg_level != SOL_SOCKET)
                        continue;
                if (c->cmsg_type == SCM_RIGHTS || c->cmsg_type == SCM_PIDFD) {
                        arrival_take_descriptors(arrival, c);
                } else if (c->cmsg_type == SCM_CREDENTIALS && c->cmsg_len >= CMSG_LEN(sizeof(struct ucred))) {
                        struct ucred sender;
                        memcpy(&sender, CMSG_DATA(c), sizeof sender);
                        arrival->pid = sender.pid;
                }
        }
        /* What we had no descriptor for, the kernel cut off: recvmsg(2), MSG_CTRUNC. */
        bool cut = message.msg_flags & MSG_CTRUNC;
        if (becomes_take(&data_bytes.becomes, (size_t)got, arrival))
                return 1;
        bool ours = (size_t)got == sizeof *hello && hello->version == WIRE_VERSION;
        if (ours && memcmp(hello->magic, WIRE_ROOM_MAGIC, sizeof hello->magic) == 0)
                room_make(arrival->memfd, hello->arena_bytes);
        bool greets = ours && memcmp(hello->magic, WIRE_HELLO_MAGIC, sizeof hello->magic) == 0 &&
                      (arrival->memfd >= 0 || hello->arena_bytes == 0 || cut);
        arrival->why_not =
                hello->arena_bytes ? "unfreed has no descriptor left" : "its limits leave no memory for that";
        if (greets && hello->pid != hello->sender)
                arrival_find_meant(arrival, hello);
        if (!greets)
                arrival_drop(arrival);
        return greets;
}

/* The next greeting that came in here. */
static bool listen_next(int socket_fd, struct arrival *ret_arrival)
{
        int got;
        do
                got = listen_receive(socket_fd, ret_arrival);
        while (got == 0);
        return got > 0;
}

/* Who goes into another namespace and becomes another program there has greeted by the name before it does by the path:
 * so what is there by the path is given out when nothing is left that may have come before it. */
static bool listen_first(struct listener *listener, struct arrival *ret_arrival)
{
        if (listen_next(listener->fd, ret_arrival))
                return true;
        if (listener->path_fd < 0)
                return false;
        if (!listener->has_waiting) {
                if (!listen_next(listener->path_fd, &listener->waiting))
                        return false;
                listener->has_waiting = true;
                if (listen_next(listener->fd, ret_arrival))
                        return true;
        }
        *ret_arrival = listener->waiting;
        listener->has_waiting = false;
        return true;
}

int listen_take(struct listener *listener, struct arrival *ret_arrival)
{
        if (!listen_first(listener, ret_arrival))
                return 0;
        if (!ret_arrival->program[0] && ret_arrival->pidfd < 0 && ret_arrival->pid > 0)
                ret_arrival->pidfd = (int)syscall(SYS_pidfd_open, ret_arrival->pid, 0);
        return 1;
}
