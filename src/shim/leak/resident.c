/* Which pages of a range are worth reading
 *
 * A program may map terabytes and touch kilobytes. Reading what was never touched would make pages: zeroed ones at
 * least, real ones in shared mappings, a signal past the end of a file, a wait for ever under userfaultfd. The
 * kernel's page map (proc(5), /proc/self/pagemap) tells what is there with eight bytes a page: bit 63 present, bit 62
 * swapped out, bit 61 the file's page or shared memory. Unprivileged readers see these bits, only frame numbers are
 * hidden from them. Since Linux 6.7 one call on the same file gives runs of such pages and steps over tables that are
 * not there (PAGEMAP_SCAN, Documentation/admin-guide/mm/pagemap.rst): mappings of terabytes then cost nothing.
 *
 * Bit 56 (since Linux 4.2) is set while no other process maps the page: a write gives the writer a page of its own, so
 * a page that a fork child still shares is as it was at the fork. (Same-page merging, which programs must ask for, can
 * make two pages one again; it does not ask who wrote them, and neither do we.)
 */
#include "shim/leak/resident.h"

#include "bare/bits.h"
#include "shim/sys/clock.h"
#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"
#include "wire/arena.h"

#include <fcntl.h>
#include <sys/sysinfo.h>

enum { N_ENTRIES = 512 };

static const uint64_t present = UINT64_C(1) << 63, swapped = UINT64_C(1) << 62, of_file = UINT64_C(1) << 61,
                      exclusive = UINT64_C(1) << 56;
static long pagemap = -1;
static uint64_t entries[N_ENTRIES] PAGES_APART, near[N_ENTRIES] PAGES_APART;
static uintptr_t near_page; /* the page that near[0] speaks of; 0 = none */
static size_t n_near;
static uint64_t deadline_ns;
static bool is_over, cannot_scan;

/* Does it know the page that was written last, our own? */
static bool is_our_pagemap(long fd)
{
        uint64_t entry = 0;
        long n = sys_call(SYS_pread64, fd, &entry, sizeof entry, (uintptr_t)&deadline_ns / WIRE_PAGE_BYTES * sizeof entry);
        return n == sizeof entry && entry & (present | swapped);
}

/* As with the list of mappings (sys/maps.c) the second name is for when the first thread has left. What traces a program
 * and keeps paths for it (proot) may take either for its own, and then no page would be there: so it is asked for one. */
void resident_begin(uint64_t until_ns)
{
        static const char *const paths[] = {"/proc/self/pagemap", "/proc/thread-self/pagemap"};
        deadline_ns = until_ns;
        is_over = false;
        near_page = n_near = 0;
        pagemap = -1;
        for (unsigned i = 0; i < 2 && sys_failed(pagemap); i++) {
                long fd = sys_call(SYS_openat, AT_FDCWD, paths[i], O_RDONLY | O_CLOEXEC);
                if (!sys_failed(fd) && !is_our_pagemap(fd)) {
                        sys_call(SYS_close, fd);
                        fd = -1;
                }
                pagemap = fd;
        }
}

void resident_end(void)
{
        if (!sys_failed(pagemap))
                sys_call(SYS_close, pagemap);
        pagemap = -1;
}

void resident_scan_never(void) { cannot_scan = true; }

bool resident_over(void) { return is_over; }

bool resident_known(void) { return !sys_failed(pagemap); }

static bool is_wanted(uint64_t entry, enum resident_what what)
{
        return (entry & (present | swapped)) && !(what == RESIDENT_WRITTEN && entry & of_file);
}

/* linux/fs.h since 6.7: struct pm_scan_arg, struct page_region and their numbers. */
enum { IS_FILE = 4, IS_PRESENT = 8, IS_SWAPPED = 16, N_REGIONS = 128 };
static const unsigned long scan_request = 0xc0606610; /* _IOWR('f', 16, struct pm_scan_arg) */
struct scan {
        uint64_t bytes, flags, start, end, walked, regions, n_regions, pages_max, inverted, all_of, any_of, wanted;
};
_Static_assert(sizeof(struct scan) == 96, "the size is part of the request's number");
static struct {
        uint64_t start, end, categories;
} regions[N_REGIONS];

/* False, with *start where it stopped, when the kernel does not know the request. */
static bool each_by_scan(uintptr_t *start, uintptr_t end, enum resident_what what,
                         void (*visit)(uintptr_t start, uintptr_t end, void *context), void *context)
{
        uint64_t file = what == RESIDENT_WRITTEN ? IS_FILE : 0;
        while (*start < end) {
                struct scan scan = {
                        .bytes = sizeof scan,
                        .start = align_down(*start, WIRE_PAGE_BYTES),
                        .end = align_up(end, WIRE_PAGE_BYTES),
                        .regions = (uintptr_t)regions,
                        .n_regions = N_REGIONS,
                        .inverted = file,
                        .all_of = file,
                        .any_of = IS_PRESENT | IS_SWAPPED,
                        .wanted = IS_PRESENT,
                };
                long n = sys_call(SYS_ioctl, pagemap, scan_request, &scan);
                if (n < 0 || n > N_REGIONS || scan.walked <= *start)
                        return false;
                for (long i = 0; i < n; i++) {
                        uintptr_t from = regions[i].start > *start ? regions[i].start : *start;
                        visit(from, regions[i].end < end ? regions[i].end : end, context);
                }
                *start = scan.walked;
        }
        return true;
}

/* How many of them the kernel tells. */
static size_t entries_read(uintptr_t page, size_t wanted, uint64_t *ret_entries)
{
        long n = sys_failed(pagemap) ? -1
                                     : sys_call(SYS_pread64, pagemap, ret_entries, wanted * sizeof *ret_entries,
                                                page / WIRE_PAGE_BYTES * sizeof *ret_entries);
        return n > 0 ? (size_t)n / sizeof *ret_entries : 0;
}

bool resident_is_shared(uintptr_t page)
{
        size_t i = (page - near_page) / WIRE_PAGE_BYTES;
        if (near_page == 0 || page < near_page || i >= n_near) {
                near_page = align_down(page, WIRE_PAGE_BYTES);
                n_near = entries_read(near_page, N_ENTRIES, near);
                i = 0;
        }
        return n_near && (near[i] & (present | of_file | exclusive)) == present;
}

static void each_by_entries(uintptr_t start, uintptr_t end, enum resident_what what,
                            void (*visit)(uintptr_t start, uintptr_t end, void *context), void *context)
{
        uintptr_t run = 0; /* start of the run at hand; 0 = none */
        uintptr_t page = align_down(start, WIRE_PAGE_BYTES);
        while (page < end && !is_over) {
                is_over = clock_ns() > deadline_ns;
                uint64_t left = (align_up(end, WIRE_PAGE_BYTES) - page) / WIRE_PAGE_BYTES;
                size_t wanted = left < N_ENTRIES ? left : N_ENTRIES;
                size_t got = entries_read(page, wanted, entries);
                if (got == 0) { /* not known: all of the rest */
                        run = run ? run : (page < start ? start : page);
                        break;
                }
                for (size_t i = 0; i < got; i++, page += WIRE_PAGE_BYTES) {
                        if (is_wanted(entries[i], what)) {
                                run = run ? run : (page < start ? start : page);
                        } else if (run) {
                                visit(run, page, context);
                                run = 0;
                        }
                }
        }
        if (run)
                visit(run, end, context);
}

/* Who gave up privileges may not open its own page map any more. mincore(2), which anybody may ask of memory, takes what
 * is swapped out for what is not there: so it is asked only while nothing of this machine is. */
static bool nothing_is_swapped(void)
{
        struct sysinfo machine;
        return !sys_failed(sys_call(SYS_sysinfo, &machine)) && machine.totalswap == machine.freeswap;
}

/* False, with *start where it stopped, when the kernel does not tell. */
static bool each_by_core(uintptr_t *start, uintptr_t end, void (*visit)(uintptr_t start, uintptr_t end, void *context),
                         void *context)
{
        enum { N_PAGES = 8192 };
        static unsigned char core[N_PAGES] PAGES_APART;
        for (uintptr_t run = 0, page = align_down(*start, WIRE_PAGE_BYTES); page < end && !is_over;) {
                is_over = clock_ns() > deadline_ns;
                uint64_t left = (align_up(end, WIRE_PAGE_BYTES) - page) / WIRE_PAGE_BYTES;
                size_t n = left < N_PAGES ? left : N_PAGES;
                if (sys_failed(sys_call(SYS_mincore, page, n * WIRE_PAGE_BYTES, core)))
                        return false;
                for (size_t i = 0; i < n; i++, page += WIRE_PAGE_BYTES) {
                        uintptr_t from = page < *start ? *start : page;
                        if (core[i] & 1)
                                run = run ? run : from;
                        else if (run)
                                visit(run, page, context), run = 0;
                }
                if (run) /* `core` may be written anew by then */
                        visit(run, page < end ? page : end, context), run = 0;
                *start = page;
        }
        return true;
}

void resident_each(uintptr_t start, uintptr_t end, enum resident_what what,
                   void (*visit)(uintptr_t start, uintptr_t end, void *context), void *context)
{
        if (!sys_failed(pagemap) && !cannot_scan) {
                if (each_by_scan(&start, end, what, visit, context))
                        return;
                cannot_scan = true;
        }
        if (sys_failed(pagemap) && nothing_is_swapped() && each_by_core(&start, end, visit, context))
                return;
        each_by_entries(start, end, what, visit, context);
}
