/* Filters, as the kernel runs them: programs made at random say the same of a system call here and there */
#include "shim/sys/filter.h"
#include "shim/sys/syscall.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROGRAMS = 600, BODY = 12 };

static uint64_t state;

static uint32_t random_below(uint32_t n)
{
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        return (uint32_t)(state >> 33) % n;
}

/* Numbers that are near one another, so that comparisons go either way. */
static uint32_t random_number(void)
{
        static const uint32_t some[] = {0, 1, 2, 3, 31, 32, 33, 0x7fffffff, 0x80000000, 0xffffffff, SYS_getppid, 64};
        return some[random_below(sizeof some / sizeof *some)];
}

static struct sock_filter random_step(unsigned left)
{
        static const uint16_t alu[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND, BPF_OR, BPF_XOR, BPF_LSH, BPF_RSH, BPF_NEG};
        static const uint16_t tests[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
        uint16_t source = random_below(2) ? BPF_X : BPF_K;
        uint8_t yes = (uint8_t)random_below(left), no = (uint8_t)random_below(left);
        switch (random_below(9)) {
        case 0: return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4 * random_below(sizeof(struct seccomp_data) / 4));
        case 1: return (struct sock_filter)BPF_STMT((random_below(2) ? BPF_LD : BPF_LDX) | BPF_IMM, random_number());
        case 2: return (struct sock_filter)BPF_STMT((random_below(2) ? BPF_ST : BPF_STX), random_below(4));
        case 3: return (struct sock_filter)BPF_STMT((random_below(2) ? BPF_LD : BPF_LDX) | BPF_MEM, random_below(4));
        case 4: return (struct sock_filter)BPF_STMT(BPF_MISC | (random_below(2) ? BPF_TAX : BPF_TXA), 0);
        case 5: return (struct sock_filter)BPF_STMT((random_below(2) ? BPF_LD : BPF_LDX) | BPF_W | BPF_LEN, 0);
        case 6: return (struct sock_filter)BPF_JUMP(BPF_JMP | tests[random_below(4)] | source, random_number(), yes, no);
        default: return (struct sock_filter)BPF_STMT(BPF_ALU | alu[random_below(10)] | source, random_number());
        }
}

/* Does the kernel let it live? -1: it refuses the filter. */
static int kernel_allows(struct sock_fprog *program, const long arguments[6])
{
        pid_t pid = fork();
        if (pid == 0) {
                prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
                if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program) != 0)
                        sys_call_unasked(SYS_exit_group, 2, 0, 0, 0, 0, 0);
                sys_call_unasked(SYS_getppid, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
                sys_call_unasked(SYS_exit_group, 0, 0, 0, 0, 0, 0);
        }
        int status;
        waitpid(pid, &status, 0);
        return !WIFEXITED(status) ? 0 : WEXITSTATUS(status) == 2 ? -1 : 1;
}

/* The number is looked at last, so that the child can end; a return address is not compared, since ours is not known. */
Test(filter, what_it_says_is_what_the_kernel_does, .timeout = 100)
{
        unsigned n_asked = 0, n_killed = 0;
        if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0)
                return; /* a kernel, or an emulator of one, without filters */
        for (unsigned i = 0; i < PROGRAMS; i++) {
                state = i;
                struct sock_filter code[BODY + 8];
                unsigned n = 0;
                code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
                code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1);
                code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
                for (unsigned k = 0; k < 4; k++) /* or a load of what was not stored is refused */
                        code[n++] = (struct sock_filter)BPF_STMT(BPF_ST, k);
                for (unsigned k = 0; k < BODY; k++)
                        code[n++] = random_step(BODY - k);
                for (unsigned k = 0; k < n; k++)
                        if (code[k].code == (BPF_LD | BPF_W | BPF_ABS) && (code[k].k == 8 || code[k].k == 12))
                                code[k].k = 16;
                code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1u << random_below(8), 0, 1);
                struct sock_filter whole[BODY + 12];
                for (unsigned k = 0; k < n; k++)
                        whole[k] = code[k];
                whole[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
                whole[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
                                                          random_below(2) ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | 7);
                struct sock_fprog program = {(unsigned short)n, whole};
                const long arguments[6] = {(long)random_number(), (long)random_number() << 32, 3, -1, (long)i, 0};
                int wanted = kernel_allows(&program, arguments);
                if (wanted < 0)
                        continue;
                unsigned filter = filter_begin(&program);
                cr_assert_eq(filter_allows(SYS_getppid, arguments), (bool)wanted, "program %u: the kernel says %d", i, wanted);
                filter_end(filter, false);
                n_asked++;
                n_killed += !wanted;
        }
        cr_assert_gt(n_asked, PROGRAMS / 2, "only %u programs were taken", n_asked);
        cr_assert(n_killed > PROGRAMS / 10 && n_killed < n_asked - PROGRAMS / 10, "%u of %u kill", n_killed, n_asked);
}

Test(filter, one_that_cannot_be_read_forbids_all_but_to_end)
{
        const long none[6] = {0};
        unsigned filter = filter_begin((const struct sock_fprog *)8);
        cr_assert(filter_any);
        cr_assert_not(filter_allows(SYS_openat, none));
        cr_assert(filter_allows(SYS_write, none) && filter_allows(SYS_exit, none));
        cr_assert_eq(sys_call(SYS_openat, 0, 0, 0, 0), -EPERM);
        cr_assert_eq(sys_call(SYS_getpid), getpid(), "who we are is remembered");
        filter_end(filter, false);
        cr_assert(filter_allows(SYS_openat, none), "the kernel refused it");
}
