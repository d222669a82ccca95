/* Telling who we are: the header's facts and the message to the runner
 *
 * All through the kernel: this runs inside the program's first malloc, perhaps before libc knows its environment.
 */
#include "shim/self/birth.h"

#include "bare/number.h"
#include "shim/arena/arena.h"
#include "shim/self/life.h"
#include "shim/self/options.h"
#include "shim/sys/errand.h"
#include "shim/sys/syscall.h"
#include "wire/hello.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>

/* A descriptor of ours, known again by what it is: the program may have closed it, and another has its number now. */
struct kept {
        int fd; /* -1 = none */
        uint64_t device, inode;
};

static bool has_runner;
static struct kept kept_memfd = {.fd = -1};
static struct kept kept_way = {.fd = -1}; /* a socket that reaches the runner from wherever this process goes */

bool birth_has_runner(void) { return has_runner; }

const char *birth_runner(void)
{
        static char kept[WIRE_ADDRESS_BYTES];
        static bool asked;
        const char *address = asked ? NULL : options_environment(WIRE_RUNNER_ENV);
        if (address && strlen(address) < sizeof kept)
                memcpy(kept, address, strlen(address) + 1);
        asked = true;
        return kept[0] ? kept : NULL;
}

struct hello_errand {
        const char *address, *magic;
        int memfd; /* -1 = there is none */
        int32_t pid;
        size_t bytes;
};

/* The first name in the address; returns its bytes with those of the family, 0 when it is none. */
static socklen_t name_fill(struct sockaddr_un *ret, const char *address, size_t length)
{
        if (length == 0 || length >= sizeof ret->sun_path)
                return 0;
        memset(ret, 0, sizeof *ret);
        ret->sun_family = AF_UNIX;
        memcpy(ret->sun_path, address, length);
        if (address[0] == '@')
                ret->sun_path[0] = 0; /* abstract: unix(7) */
        else
                length++;
        return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

/* Nobody has that name in this namespace, or who is confined here may not speak to it (Landlock, AppArmor). */
static bool is_unreachable(long sent) { return sent == -ECONNREFUSED || sent == -EPERM || sent == -EACCES; }

/* To the first of the runner's two names where somebody listens: its number, 0 or 1, or a negated errno. */
static long connected(long fd, const char *address)
{
        struct sockaddr_un to;
        const char *colon = address[0] == '@' ? strchr(address, ':') : NULL;
        socklen_t n = name_fill(&to, address, colon ? (size_t)(colon - address) : strlen(address));
        long result = n ? sys_call(SYS_connect, fd, &to, n) : -EINVAL;
        if (!colon || !is_unreachable(result))
                return result;
        result = connected(fd, colon + 1);
        return result == 0 ? 1 : result;
}

/* A connected socket, which needs no name any more: a descriptor, or a negated errno. *ret_otherwise, if asked for:
 * only the runner's second name led there. */
static long way_open(const char *address, bool *ret_otherwise)
{
        long fd = sys_call(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (sys_failed(fd))
                return fd;
        /* A runner that is stopped must not hang the program for ever. */
        struct timeval patience = {.tv_sec = 5};
        sys_call(SYS_setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        long result = connected(fd, address);
        if (sys_failed(result)) {
                sys_call(SYS_close, fd);
                return result;
        }
        if (ret_otherwise)
                *ret_otherwise = result == 1;
        return fd;
}

static bool kept_identity(int fd, struct kept *ret)
{
        struct stat status;
        if (sys_failed(sys_call(SYS_fstat, fd, &status)))
                return false;
        *ret = (struct kept){fd, status.st_dev, status.st_ino};
        return true;
}

/* As high as the limit allows, out of the way of programs that count on low numbers. */
static void kept_keep(struct kept *kept, int fd)
{
        struct rlimit limit = {.rlim_cur = 1024};
        sys_call(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit);
        long highest = limit.rlim_cur < 65536 ? (long)limit.rlim_cur : 65536;
        long high = sys_call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, highest > 64 ? highest - 32 : 3);
        if (sys_failed(high) || !kept_identity((int)high, kept))
                kept->fd = -1;
}

/* The descriptor, or -1. */
static int kept_now(const struct kept *kept)
{
        struct kept now;
        bool same = kept->fd >= 0 && kept_identity(kept->fd, &now) && now.device == kept->device &&
                    now.inode == kept->inode;
        return same ? kept->fd : -1;
}

void birth_keep_way(void)
{
        const char *address = birth_runner();
        long fd = address && has_runner && kept_now(&kept_way) < 0 ? way_open(address, NULL) : -1;
        if (sys_failed(fd))
                return;
        kept_keep(&kept_way, (int)fd);
        sys_call(SYS_close, fd);
}

bool birth_reaches(void)
{
        const char *address = birth_runner();
        if (!address || kept_now(&kept_way) < 0)
                return true;
        long fd = way_open(address, NULL);
        if (sys_failed(fd))
                return false;
        sys_call(SYS_close, fd);
        return true;
}

/* A negated errno, or 0. Where no name leads to the runner any more, by the way that was kept. */
static long datagram_send(const char *address, const void *bytes, size_t n, int memfd, bool *ret_otherwise)
{
        long fd = way_open(address, ret_otherwise);
        int way = sys_failed(fd) ? kept_now(&kept_way) : -1;
        if (sys_failed(fd) && way < 0)
                return fd;
        union {
                char bytes[CMSG_SPACE(sizeof(int))];
                struct cmsghdr align;
        } control;
        memset(&control, 0, sizeof control);
        struct iovec part = {(void *)(uintptr_t)bytes, n};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = memfd < 0 ? NULL : control.bytes,
                                 .msg_controllen = memfd < 0 ? 0 : sizeof control.bytes};
        struct cmsghdr *rights = &control.align;
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(rights), &memfd, sizeof memfd);
        long sent = sys_call(SYS_sendmsg, way < 0 ? fd : way, &message, MSG_NOSIGNAL);
        if (way < 0)
                sys_call(SYS_close, fd);
        return sys_failed(sent) ? sent : 0;
}

static long hello_send(const struct hello_errand *errand, bool *ret_otherwise)
{
        struct wire_hello hello = {.version = WIRE_VERSION,
                                   .pid = errand->pid,
                                   .sender = (int32_t)sys_call(SYS_getpid),
                                   .arena_bytes = errand->bytes};
        memcpy(hello.magic, errand->magic, sizeof hello.magic);
        return datagram_send(errand->address, &hello, sizeof hello, errand->memfd, ret_otherwise);
}

/* In an errand's child: its own table of descriptors, where we may close what is in the way. */
static int hello_errand(void *context)
{
        const struct hello_errand *errand = context;
        sys_call(SYS_close, errand->memfd == 0 ? 1 : 0);
        return hello_send(errand, NULL) == 0 ? 0 : 1;
}

/* The socket needs a descriptor of its own; where the limit leaves none, a child without our limit's burden sends. */
static bool hello(const char *magic, int memfd, size_t bytes, bool *ret_otherwise)
{
        struct hello_errand errand = {birth_runner(), magic, memfd, life_pid(), bytes};
        if (errand.address == NULL)
                return false;
        long result = hello_send(&errand, ret_otherwise);
        return result == 0 || (result == -EMFILE && errand_run(hello_errand, &errand) == 0);
}

void birth_send_to(const char *address, int memfd, size_t bytes)
{
        struct hello_errand errand = {address, WIRE_HELLO_MAGIC, memfd, (int32_t)sys_call(SYS_getpid), bytes};
        hello_send(&errand, NULL);
}

/* Each tool has a library of its own in the LD_PRELOAD of what it runs, beside one that all have (coregrind,
 * initimg-linux.c, setup_client_env). */
bool birth_is_under_valgrind(void)
{
        static const char any[] = "/vgpreload_", all_have[] = "core-";
        const char *at = options_environment("LD_PRELOAD");
        while (at && (at = strstr(at, any))) {
                at += sizeof any - 1;
                if (strncmp(at, all_have, sizeof all_have - 1) != 0)
                        return true;
        }
        return false;
}

bool birth_refuse(void) { return hello(WIRE_HELLO_MAGIC, -1, 0, NULL); }

static size_t file_read(const char *path, char *ret, size_t bytes)
{
        long fd = sys_call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        if (sys_failed(fd))
                return 0;
        size_t filled = 0;
        for (long n; filled < bytes && (n = sys_call(SYS_read, fd, ret + filled, bytes - filled)) > 0;)
                filled += (size_t)n;
        sys_call(SYS_close, fd);
        return filled;
}

/* Are there system calls that may kill this process? A program with such a filter is told nothing by a socket. */
static bool is_filtered(void)
{
        char text[2048]; /* the line is within; a stack may be small */
        text[file_read("/proc/self/status", text, sizeof text - 1)] = 0;
        const char *mode = strstr(text, "\nSeccomp:\t");
        return mode == NULL || mode[sizeof "\nSeccomp:\t" - 1] != '0';
}

/* May be between vfork and exec: nothing is written but this stack. */
bool birth_becomes(enum wire_becomes_how how, enum wire_becomes_why why, int32_t pid, const char *path)
{
        const char *address = birth_runner();
        struct wire_becomes message = {.version = WIRE_VERSION,
                                       .pid = pid ? pid : (int32_t)sys_call(SYS_getpid),
                                       .how = (uint16_t)how,
                                       .why = (uint16_t)why};
        while (path[0] == '.' && path[1] == '/')
                path += 2;
        size_t at = 0, n = strlen(path) + 1;
        if (address == NULL || is_filtered())
                return false;
        if (path[0] != '/') {
                long bytes = sys_call(SYS_readlinkat, AT_FDCWD, "/proc/self/cwd", message.program,
                                      sizeof message.program - 1);
                at = sys_failed(bytes) ? 0 : (size_t)bytes;
                message.program[at++] = '/';
        }
        if (at + n > sizeof message.program)
                return false;
        memcpy(message.magic, WIRE_BECOMES_MAGIC, sizeof message.magic);
        memcpy(message.program + at, path, n);
        return datagram_send(address, &message, sizeof message, -1, NULL) == 0;
}

bool birth_declines(void)
{
        char path[sizeof((struct wire_becomes *)0)->program];
        long n = sys_call(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", path, sizeof path - 1);
        path[sys_failed(n) ? 0 : n] = 0;
        return birth_becomes(WIRE_BECOMES, WIRE_WHY_VALGRIND, 0, path);
}

static void helper_send(int memfd, size_t bytes)
{
        /* In a fork child the number is the parent's descriptor, for the parent's arena. */
        int inherited = birth_memfd();
        if (inherited >= 0)
                sys_call(SYS_close, inherited);
        bool otherwise = false;
        kept_memfd.fd = -1;
        has_runner = hello(WIRE_HELLO_MAGIC, memfd, bytes, &otherwise);
        if (!has_runner)
                kept_keep(&kept_memfd, memfd);
        if (has_runner && otherwise) /* the other name may be gone by the time there is news */
                birth_keep_way();
}

/* The runner answers by the file itself. It may be busy with another process's end. */
static bool helper_grow(int memfd, size_t bytes)
{
        enum { STEP_US = 200, PATIENCE_US = 2000000 };
        const struct timespec step = {.tv_nsec = STEP_US * 1000};
        struct stat status;
        if (!hello(WIRE_ROOM_MAGIC, memfd, bytes, NULL))
                return false;
        for (int us = 0; us < PATIENCE_US; us += STEP_US) {
                if (sys_failed(sys_call(SYS_fstat, memfd, &status)) || (status.st_mode & 0777) == WIRE_NO_ROOM_MODE)
                        return false;
                if ((uint64_t)status.st_size >= bytes)
                        return true;
                sys_call(SYS_nanosleep, &step, NULL);
        }
        return false;
}

const struct arena_helper birth_helper = {helper_send, helper_grow};

int birth_memfd(void) { return kept_now(&kept_memfd); }

static uint32_t link_text(const char *path)
{
        char target[4096];
        long n = sys_call(SYS_readlinkat, AT_FDCWD, path, target, sizeof target - 1);
        return sys_failed(n) ? 0 : arena_text_bytes(target, (size_t)n);
}

/* Field 22 of proc_pid_stat(5), counted after the parenthesis that ends the name. */
static uint64_t process_start(void)
{
        char text[1024];
        size_t n = file_read("/proc/self/stat", text, sizeof text - 1);
        text[n] = 0;
        const char *at = strrchr(text, ')');
        for (int field = 2; at && field < 22; field++)
                at = strchr(at + 1, ' ');
        if (at == NULL)
                return 0;
        at++;
        return number_parse(&at);
}

static void command_describe(struct wire_header *header)
{
        enum { MOST = 16384 };
        char text[MOST];
        size_t n = file_read("/proc/self/cmdline", text, sizeof text);
        if (n == 0)
                return;
        uint32_t argc = 0;
        for (size_t i = 0; i < n; i++)
                argc += text[i] == 0;
        if (text[n - 1] != 0)
                argc++; /* cut: the last one ends where our text ends it */
        header->argv = arena_text_bytes(text, n);
        header->argc = header->argv ? argc : 0;
}

void birth_describe(bool is_fork_child, const char *allocator)
{
        struct wire_header *header = arena.header;
        struct timespec now = {0};
        sys_call(SYS_clock_gettime, CLOCK_REALTIME, &now);
        header->start_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
        header->pid = (int32_t)sys_call(SYS_getpid);
        header->ppid = (int32_t)sys_call(SYS_getppid);
        header->pid_start = process_start();
        header->exe = link_text("/proc/self/exe");
        header->cwd = link_text("/proc/self/cwd");
        command_describe(header);
        header->allocator = arena_text(allocator);
        header->depth_max = (uint32_t)options.malloc_context_size;
        header->is_fork_child = is_fork_child;
}
