/* Which pages of a range are worth reading
 *
 * A program may map terabytes and touch kilobytes. Reading what was never touched would make pages: zeroed ones at
 * least, real ones in shared mappings, a signal past the end of a file, a wait for ever under userfaultfd. The
 * kernel's page map (proc(5), /proc/self/pagemap) tells what is there with eight bytes a page: bit 63 present, bit 62
 * swapped out, bit 61 the file's page or shared memory. Unprivileged readers see these bits, only frame numbers are
 * hidden from them.
 */
#include "shim/leak/resident.h"

#include "bare/bits.h"
#include "shim/sys/syscall.h"
#include "wire/arena.h"

#include <fcntl.h>

enum { N_ENTRIES = 512 };

static const uint64_t present = UINT64_C(1) << 63, swapped = UINT64_C(1) << 62, of_file = UINT64_C(1) << 61;
static long pagemap = -1;
static uint64_t entries[N_ENTRIES];

void resident_begin(void)
{
        pagemap = sys_call(SYS_openat, AT_FDCWD, "/proc/thread-self/pagemap", O_RDONLY | O_CLOEXEC);
}

void resident_end(void)
{
        if (!sys_failed(pagemap))
                sys_call(SYS_close, pagemap);
        pagemap = -1;
}

bool resident_known(void) { return !sys_failed(pagemap); }

static bool is_wanted(uint64_t entry, enum resident_what what)
{
        return (entry & (present | swapped)) && !(what == RESIDENT_WRITTEN && entry & of_file);
}

void resident_each(uintptr_t start, uintptr_t end, enum resident_what what,
                   void (*visit)(uintptr_t start, uintptr_t end, void *context), void *context)
{
        uintptr_t run = 0; /* start of the run at hand; 0 = none */
        uintptr_t page = align_down(start, WIRE_PAGE_BYTES);
        while (page < end) {
                uint64_t left = (align_up(end, WIRE_PAGE_BYTES) - page) / WIRE_PAGE_BYTES;
                size_t wanted = left < N_ENTRIES ? left : N_ENTRIES;
                long n = sys_failed(pagemap) ? -1
                                             : sys_call(SYS_pread64, pagemap, entries, wanted * sizeof *entries,
                                                        page / WIRE_PAGE_BYTES * sizeof *entries);
                size_t got = n > 0 ? (size_t)n / sizeof *entries : 0;
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
