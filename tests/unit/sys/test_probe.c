/* Reading memory that may not be there */
#include "shim/sys/probe.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static unsigned char *two_pages_one_gone(void)
{
        unsigned char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        munmap(pages + 4096, 4096);
        memset(pages, 7, 4096);
        return pages;
}

static void reads_what_is_there_and_no_more(void)
{
        unsigned char *pages = two_pages_one_gone();
        unsigned char copy[16] = {0};
        cr_assert(probe_read((uintptr_t)pages + 4080, copy, 16));
        cr_assert_eq(copy[15], 7);
        cr_assert_not(probe_read((uintptr_t)pages + 4081, copy, 16));
        cr_assert_not(probe_read(8, copy, 8));
        cr_assert_not(probe_read(UINTPTR_MAX - 3, copy, 8));
        cr_assert(probe_readable((uintptr_t)pages, 4096));
        cr_assert_not(probe_readable((uintptr_t)pages, 4097));
}

Test(probe, reads_what_is_there_and_no_more) { reads_what_is_there_and_no_more(); }

Test(probe, memory_without_read_permission_is_not_readable)
{
        unsigned char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        cr_assert_not(probe_readable((uintptr_t)page, 1));
}

Test(probe, works_where_a_filter_refuses_process_vm_readv)
{
        struct sock_filter steps[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog filter = {sizeof steps / sizeof steps[0], steps};
        cr_assert_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        cr_assert_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
        reads_what_is_there_and_no_more();
}

Test(probe, leaves_the_signal_mask_alone)
{
        sigset_t before, after;
        sigprocmask(SIG_BLOCK, NULL, &before);
        probe_readable((uintptr_t)&before, sizeof before);
        sigprocmask(SIG_BLOCK, NULL, &after);
        cr_assert_eq(memcmp(&before, &after, 8), 0);
}
