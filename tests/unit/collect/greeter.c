/* A program that does what the shim does at start, by hand: makes an arena and greets the runner with it. Then it does
 * what its arguments say, one after another:
 *
 *      exit N | signal N | sleep SECONDS | fork (greet again in the child, which goes on; the parent waits for it) |
 *      orphan (greet in a child that goes on; the parent ends with 0) | exec (become this program anew, with the rest)
 * | late SECONDS (the same, but the child greets only so much later) | say (only now write "exit 7" into the arena) |
 * garbage (send what is no greeting)
 */
#include "capture/arena_maker.h"
#include "wire/hello.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct maker maker;

static void send_to_runner(const void *bytes, size_t n, int fd)
{
        const char *address = getenv(WIRE_RUNNER_ENV);
        struct sockaddr_un where = {.sun_family = AF_UNIX};
        size_t length = strcspn(address, ":");
        memcpy(where.sun_path + 1, address + 1, length - 1);
        union {
                char bytes[CMSG_SPACE(sizeof(int))];
                struct cmsghdr align;
        } control = {0};
        struct iovec data = {.iov_base = (void *)bytes, .iov_len = n};
        struct msghdr message = {.msg_name = &where,
                                 .msg_namelen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length),
                                 .msg_iov = &data,
                                 .msg_iovlen = 1};
        if (fd >= 0) {
                message.msg_control = &control;
                message.msg_controllen = sizeof control;
                struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
                rights->cmsg_level = SOL_SOCKET;
                rights->cmsg_type = SCM_RIGHTS;
                rights->cmsg_len = CMSG_LEN(sizeof fd);
                memcpy(CMSG_DATA(rights), &fd, sizeof fd);
        }
        int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (sendmsg(s, &message, 0) < 0)
                _exit(99);
        close(s);
}

static void greet(bool is_fork_child)
{
        struct wire_hello hello = {.magic = WIRE_HELLO_MAGIC, .version = WIRE_VERSION, .pid = getpid(), .sender = getpid()};
        maker_init(&maker);
        maker.header->pid = getpid();
        maker.header->ppid = getppid();
        maker.header->end = WIRE_END_RUNNING;
        maker.header->is_fork_child = is_fork_child;
        hello.arena_bytes = maker.bytes;
        send_to_runner(&hello, sizeof hello, maker.fd);
}

static void nap(double seconds)
{
        struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
        nanosleep(&t, NULL);
}

static void branch(bool parent_waits, double late)
{
        pid_t child = fork();
        if (child == 0) {
                nap(late);
                greet(true);
                return;
        }
        if (parent_waits)
                waitpid(child, NULL, 0);
        _exit(0);
}

int main(int argc, char **argv)
{
        if (argc > 1 && strcmp(argv[1], "mute") != 0)
                greet(false);
        for (char **at = argv + 1; *at; at++) {
                if (strcmp(*at, "exit") == 0)
                        _exit(atoi(at[1]));
                else if (strcmp(*at, "signal") == 0)
                        raise(atoi(at[1]));
                else if (strcmp(*at, "sleep") == 0)
                        nap(atof(*++at));
                else if (strcmp(*at, "fork") == 0)
                        branch(true, 0);
                else if (strcmp(*at, "orphan") == 0)
                        branch(false, 0);
                else if (strcmp(*at, "late") == 0)
                        branch(false, atof(*++at));
                else if (strcmp(*at, "garbage") == 0)
                        send_to_runner("hello?", 6, maker.fd);
                else if (strcmp(*at, "say") == 0)
                        maker.header->end = WIRE_END_EXIT, maker.header->end_code = 7;
                else if (strcmp(*at, "exec") == 0) {
                        at[0] = argv[0];
                        execv(argv[0], at);
                }
        }
        return 0;
}
