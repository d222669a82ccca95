/* Runs a program from which the kernel refuses system calls: `refuse memfd_create,socket PROGRAM ARGS…`. Each named call
 * fails with EPERM, as under the seccomp filters of containers. `kill:NAME` kills the process instead.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
        const char *name;
        int number;
} calls[] = {
        {"memfd_create", SYS_memfd_create}, {"socket", SYS_socket},       {"sendmsg", SYS_sendmsg},
        {"ptrace", SYS_ptrace},             {"tgkill", SYS_tgkill},       {"madvise", SYS_madvise},
        {"process_vm_readv", SYS_process_vm_readv}, {"ftruncate", SYS_ftruncate}, {"openat", SYS_openat},
};

enum { CALLS_MAX = 8 };

static int number_of(const char *name)
{
        for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
                if (strcmp(calls[i].name, name) == 0)
                        return calls[i].number;
        return -1;
}

static int refuse(char *names)
{
        struct sock_filter filter[2 * CALLS_MAX + 2] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        };
        unsigned short n = 1;
        for (char *name = strtok(names, ","); name && n < 2 * CALLS_MAX; name = strtok(NULL, ",")) {
                unsigned action = SECCOMP_RET_ERRNO | EPERM;
                if (strncmp(name, "kill:", 5) == 0)
                        action = SECCOMP_RET_KILL_PROCESS, name += 5;
                int number = number_of(name);
                if (number < 0)
                        return -1;
                filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1);
                filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
        }
        filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
        struct sock_fprog program = {n, filter};
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
                return -1;
        return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv)
{
        if (argc < 3 || refuse(argv[1]) != 0)
                return 77;
        execvp(argv[2], argv + 2);
        return 78;
}
