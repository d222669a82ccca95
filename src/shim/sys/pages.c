/* Memory of our own: whole pages, private and anonymous
 *
 * Nothing of ours may come from the allocator that we watch. Requests are few (tables, one piece for each thread), so
 * each is its own mmap, and the list of them is a plain array that the judgement reads to know which memory is ours.
 */
#include "shim/sys/pages.h"

#include "bare/bits.h"
#include "shim/sys/syscall.h"
#include "wire/arena.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

struct range {
        _Atomic uintptr_t start, end; /* start 0 = free */
};

/* Past this many pieces the memory is still given, only no longer known as ours. */
enum { N_RANGES = 8192 };
static struct range ranges[N_RANGES] PAGES_APART;
static _Atomic uint32_t n_ranges; /* entries in use lie below */
static _Atomic size_t taken_bytes;
static _Atomic unsigned refuse_in;
static _Atomic bool kept_unlocked;

void pages_refuse(unsigned nth) { atomic_store(&refuse_in, nth); }

bool pages_is_refused(void)
{
        unsigned left = atomic_load_explicit(&refuse_in, memory_order_relaxed);
        return unlikely(left) && atomic_fetch_sub(&refuse_in, 1) == 1;
}

void pages_claim(const void *pages, size_t bytes)
{
        uintptr_t start = (uintptr_t)pages;
        for (uint32_t i = 0; i < N_RANGES; i++) {
                uintptr_t none = 0;
                if (atomic_load_explicit(&ranges[i].start, memory_order_relaxed) != 0 ||
                    !atomic_compare_exchange_strong(&ranges[i].start, &none, start))
                        continue;
                atomic_store_explicit(&ranges[i].end, start + bytes, memory_order_release);
                uint32_t n = atomic_load(&n_ranges);
                while (n < i + 1 && !atomic_compare_exchange_weak(&n_ranges, &n, i + 1))
                        ;
                return;
        }
}

void pages_disclaim(const void *pages)
{
        uint32_t n = atomic_load(&n_ranges);
        for (uint32_t i = 0; i < n; i++) {
                if (atomic_load_explicit(&ranges[i].start, memory_order_relaxed) != (uintptr_t)pages)
                        continue;
                atomic_store_explicit(&ranges[i].end, 0, memory_order_relaxed);
                atomic_store_explicit(&ranges[i].start, 0, memory_order_release);
                return;
        }
}

uintptr_t pages_own_end(const void *address)
{
        uintptr_t at = (uintptr_t)address;
        uint32_t n = atomic_load_explicit(&n_ranges, memory_order_acquire);
        for (uint32_t i = 0; i < n; i++) {
                uintptr_t end = atomic_load_explicit(&ranges[i].end, memory_order_acquire);
                if (at < end && at >= atomic_load_explicit(&ranges[i].start, memory_order_relaxed))
                        return end;
        }
        return 0;
}

bool pages_own(const void *address) { return pages_own_end(address) != 0; }

bool pages_own_next(uintptr_t from, uintptr_t *ret_start, uintptr_t *ret_end)
{
        uintptr_t found = 0;
        uint32_t n = atomic_load_explicit(&n_ranges, memory_order_acquire);
        for (uint32_t i = 0; i < n; i++) {
                uintptr_t end = atomic_load_explicit(&ranges[i].end, memory_order_acquire);
                uintptr_t start = atomic_load_explicit(&ranges[i].start, memory_order_relaxed);
                if (start == 0 || end <= from || end <= start || (found && start >= found))
                        continue;
                *ret_start = found = start;
                *ret_end = end;
        }
        return found != 0;
}

void pages_stay_unlocked(void) { atomic_store(&kept_unlocked, true); }
bool pages_are_kept_unlocked(void) { return atomic_load_explicit(&kept_unlocked, memory_order_relaxed); }

/* A page that is born locked can be unlocked, and what an unlocked one grows into is not locked: mremap() goes by the
 * mapping's own flags (mm/mremap.c), where mmap() goes by the process's. */
static long map_unlocked(size_t bytes, int flags, int fd)
{
        long at = sys_call(SYS_mmap, NULL, WIRE_PAGE_BYTES, PROT_READ | PROT_WRITE, flags, fd, 0);
        if (sys_failed(at))
                return at;
        long result = sys_call(SYS_munlock, at, WIRE_PAGE_BYTES);
        if (!sys_failed(result))
                result = sys_call(SYS_mremap, at, WIRE_PAGE_BYTES, bytes, MREMAP_MAYMOVE);
        if (sys_failed(result))
                sys_call(SYS_munmap, at, WIRE_PAGE_BYTES);
        return result;
}

long pages_map(size_t bytes, int flags, int fd)
{
        if (unlikely(pages_are_kept_unlocked()))
                return map_unlocked(bytes, flags, fd);
        return sys_call(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
}

void *pages_take(size_t bytes)
{
        bytes = align_up(bytes, WIRE_PAGE_BYTES);
        if (pages_is_refused())
                return NULL;
        long result = pages_map(bytes, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
        if (sys_failed(result))
                return NULL;
        sys_call(SYS_madvise, result, bytes, MADV_DONTDUMP);
        pages_claim((void *)result, bytes);
        atomic_fetch_add_explicit(&taken_bytes, bytes, memory_order_relaxed);
        return (void *)result;
}

void pages_give(void *pages, size_t bytes)
{
        bytes = align_up(bytes, WIRE_PAGE_BYTES);
        pages_disclaim(pages);
        sys_call(SYS_munmap, pages, bytes);
        atomic_fetch_sub_explicit(&taken_bytes, bytes, memory_order_relaxed);
}

void pages_prepare(void *piece, size_t bytes)
{
        enum { POPULATE_WRITE = 23 }; /* MADV_POPULATE_WRITE, which older headers do not have */
        static atomic_bool is_unknown;
        if (unlikely(atomic_load_explicit(&is_unknown, memory_order_relaxed)))
                return;
        uintptr_t start = align_down((uintptr_t)piece, WIRE_PAGE_BYTES);
        uintptr_t end = align_up((uintptr_t)piece + bytes, WIRE_PAGE_BYTES);
        if (unlikely(sys_call(SYS_madvise, start, end - start, POPULATE_WRITE) == -EINVAL))
                atomic_store_explicit(&is_unknown, true, memory_order_relaxed);
}

size_t pages_taken_bytes(void) { return atomic_load_explicit(&taken_bytes, memory_order_relaxed); }
