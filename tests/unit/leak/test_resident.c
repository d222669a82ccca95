/* Which pages are worth reading */
#include "shim/leak/resident.h"

#include <criterion/criterion.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, BYTES = 4 << 20 };

static struct {
        uintptr_t start, end;
} runs[16];
static size_t n_runs;

static void see(uintptr_t start, uintptr_t end, void *context)
{
        cr_assert_lt(n_runs, 16);
        runs[n_runs].start = start;
        runs[n_runs++].end = end;
}

static void count(uintptr_t start, uintptr_t end, void *context)
{
        cr_assert_eq(end - start, PAGE);
        ++*(size_t *)context;
}

static unsigned char *map(int flags, int fd)
{
        unsigned char *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, flags | MAP_NORESERVE, fd, 0);
        cr_assert_neq(memory, MAP_FAILED);
        madvise(memory, BYTES, MADV_NOHUGEPAGE);
        return memory;
}

/* Both ways to ask the kernel must tell the same. */
static void look_once(unsigned char *from, unsigned char *to, enum resident_what what)
{
        n_runs = 0;
        resident_begin(UINT64_MAX);
        resident_each((uintptr_t)from, (uintptr_t)to, what, see, NULL);
        resident_end();
}

static void look(unsigned char *from, unsigned char *to, enum resident_what what)
{
        look_once(from, to, what);
        size_t n = n_runs;
        uintptr_t starts[16], ends[16];
        for (size_t i = 0; i < n; i++) {
                starts[i] = runs[i].start;
                ends[i] = runs[i].end;
        }
        resident_scan_never();
        look_once(from, to, what);
        cr_assert_eq(n_runs, n);
        for (size_t i = 0; i < n; i++) {
                cr_assert_eq(runs[i].start, starts[i]);
                cr_assert_eq(runs[i].end, ends[i]);
        }
}

Test(resident, only_pages_that_were_touched_are_visited)
{
        unsigned char *memory = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
        memory[5 * PAGE] = memory[6 * PAGE] = memory[700 * PAGE] = 1;
        look(memory, memory + BYTES, RESIDENT_ANY);
        cr_assert_eq(n_runs, 2);
        cr_assert_eq(runs[0].start, (uintptr_t)memory + 5 * PAGE);
        cr_assert_eq(runs[0].end, (uintptr_t)memory + 7 * PAGE);
        cr_assert_eq(runs[1].start, (uintptr_t)memory + 700 * PAGE);
        cr_assert_eq(runs[1].end, (uintptr_t)memory + 701 * PAGE);
}

Test(resident, runs_are_cut_to_what_was_asked)
{
        unsigned char *memory = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
        for (int i = 0; i < 10; i++)
                memory[i * PAGE] = 1;
        look(memory + 100, memory + 2 * PAGE + 50, RESIDENT_ANY);
        cr_assert_eq(n_runs, 1);
        cr_assert_eq(runs[0].start, (uintptr_t)memory + 100);
        cr_assert_eq(runs[0].end, (uintptr_t)memory + 2 * PAGE + 50);
}

Test(resident, a_run_goes_on_over_what_is_asked_of_the_kernel_at_once)
{
        unsigned char *memory = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
        for (int i = 500; i < 530; i++)
                memory[i * PAGE] = 1;
        look(memory, memory + BYTES, RESIDENT_ANY);
        cr_assert_eq(n_runs, 1);
        cr_assert_eq(runs[0].end - runs[0].start, 30 * PAGE);
}

Test(resident, of_a_private_file_only_pages_that_were_written_count)
{
        int fd = memfd_create("file", 0);
        cr_assert_eq(ftruncate(fd, BYTES), 0);
        unsigned char *memory = map(MAP_PRIVATE, fd);
        volatile unsigned char sum = memory[3 * PAGE];
        (void)sum;
        memory[8 * PAGE] = 1;
        look(memory, memory + BYTES, RESIDENT_WRITTEN);
        cr_assert_eq(n_runs, 1);
        cr_assert_eq(runs[0].start, (uintptr_t)memory + 8 * PAGE);
}

Test(resident, without_a_page_map_what_is_in_core_counts_or_everything)
{
        unsigned char *memory = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
        struct sysinfo machine;
        sysinfo(&machine);
        memory[3 * PAGE] = memory[4 * PAGE] = 1;
        n_runs = 0;
        cr_assert_not(resident_known());
        resident_each((uintptr_t)memory, (uintptr_t)memory + BYTES, RESIDENT_ANY, see, NULL);
        cr_assert_eq(n_runs, 1);
        bool is_swapping = machine.totalswap != machine.freeswap;
        cr_assert_eq(runs[0].start - (uintptr_t)memory, is_swapping ? 0 : 3 * PAGE);
        cr_assert_eq(runs[0].end - runs[0].start, is_swapping ? BYTES : 2 * PAGE);
}

Test(resident, many_runs_come_all)
{
        unsigned char *memory = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
        for (int i = 0; i < 1000; i += 2)
                memory[i * PAGE] = 1;
        static size_t n_pages;
        n_pages = 0;
        resident_begin(UINT64_MAX);
        resident_each((uintptr_t)memory, (uintptr_t)memory + BYTES, RESIDENT_ANY, count, &n_pages);
        resident_end();
        cr_assert_eq(n_pages, 500);
}

Test(resident, past_the_deadline_it_gives_up_and_says_so)
{
        unsigned char *memory = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
        resident_scan_never();
        n_runs = 0;
        resident_begin(UINT64_MAX);
        resident_each((uintptr_t)memory, (uintptr_t)memory + BYTES, RESIDENT_ANY, see, NULL);
        cr_assert_not(resident_over());
        resident_begin(1);
        resident_each((uintptr_t)memory, (uintptr_t)memory + BYTES, RESIDENT_ANY, see, NULL);
        cr_assert(resident_over());
        resident_end();
}

Test(resident, a_page_is_shared_until_the_child_writes_to_it)
{
        unsigned char *memory = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
        memory[0] = memory[PAGE] = 1;
        pid_t child = fork();
        if (child == 0) {
                memory[PAGE] = 2;
                resident_begin(UINT64_MAX);
                unsigned shared = 0;
                for (unsigned i = 0; i < 3; i++)
                        shared |= (unsigned)resident_is_shared((uintptr_t)memory + i * PAGE) << i;
                resident_end();
                _exit((int)shared);
        }
        int status;
        waitpid(child, &status, 0);
        cr_assert(WIFEXITED(status));
        cr_assert_eq(WEXITSTATUS(status), 1);
}

Test(resident, a_page_of_one_process_is_not_shared)
{
        unsigned char *memory = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
        memory[0] = 1;
        resident_begin(UINT64_MAX);
        cr_assert_not(resident_is_shared((uintptr_t)memory));
        resident_end();
        cr_assert_not(resident_is_shared((uintptr_t)memory), "nothing is known any more");
}
