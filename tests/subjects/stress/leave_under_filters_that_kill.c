// Children that allow themselves little, by filters that kill for whatever else, as servers do before they know who is
// there: each lives and ends as without us. Only the third can be judged, to which all is allowed but what reads memory by
// a process's number.
// expect: UF001 class=definite bytes=300 blocks=1 function=lose
// expect: UF004 bytes=700 blocks=3 function=lose
// stdout: 1 2 3 4
// plain: same
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define KILL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define MAY(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), ALLOW

static struct sock_filter few[] = {
        NUMBER,
        MAY(read), MAY(write), MAY(close), MAY(exit), MAY(exit_group), MAY(brk), MAY(munmap), MAY(mremap), MAY(madvise),
        MAY(rt_sigprocmask), MAY(rt_sigreturn), MAY(clock_gettime), MAY(getpid), MAY(getrandom),
        // futex is refused, not deadly, and mmap is allowed for what cannot be executed.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1), KILL, ALLOW,
        KILL,
};
static struct sock_filter no_reading[] = {NUMBER, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1), KILL, ALLOW};

__attribute__((noinline)) static void lose(size_t bytes) { memset(malloc(bytes), 1, bytes); }

static int child(int n)
{
        struct sock_fprog program = {sizeof few / sizeof *few, few};
        if (n == 3)
                program = (struct sock_fprog){sizeof no_reading / sizeof *no_reading, no_reading};
        free(malloc(20));
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        int failed = n == 1   ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)
                     : n == 4 ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT)
                              : (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
        if (failed)
                return 99;
        for (int i = 0; i < 100; i++)
                free(malloc(50 + (size_t)i * 1000));
        lose((size_t)n * 100);
        return n;
}

int main(void)
{
        int ends[5] = {0};
        for (int n = 1; n <= 4; n++) {
                int status = 0;
                pid_t pid = fork();
                if (pid == 0) {
                        n = child(n);
                        if (n == 4)
                                syscall(SYS_exit, n);
                        _exit(n);
                }
                waitpid(pid, &status, 0);
                ends[n] = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        }
        printf("%d %d %d %d\n", ends[1], ends[2], ends[3], ends[4]);
        return 0;
}
