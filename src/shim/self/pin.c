/* Locking all of the program's memory, and none of ours
 *
 * To lock a mapping is to fill it, and the arena is some 100 GB that are mostly holes. So MCL_CURRENT is done here,
 * mapping by mapping, with that left out; and the limit, which the kernel holds against all that is mapped, is held
 * against all but ours. What is mapped later is the kernel's: mlockall() without MCL_CURRENT looks at no mapping and at
 * no limit, it only says how the next ones shall be (mm/mlock.c, apply_mlockall_flags). That comes first, so that no
 * mapping falls between.
 * munlockall() needs no door: nothing of ours is locked.
 */
#include "shim/self/pin.h"

#include "bare/bits.h"
#include "shim/self/next.h"
#include "shim/sys/library.h"
#include "shim/sys/maps.h"
#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"
#include "wire/arena.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* Missing from the headers of glibc < 2.24 and 2.27. */
#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif
#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif

struct pin {
        uintptr_t library_start, library_end;
        uint64_t bytes; /* of the program */
        bool locks, on_fault;
};

/* The next memory of ours that ends above `from`. */
static bool own_next(const struct pin *pin, uintptr_t from, uintptr_t *ret_start, uintptr_t *ret_end)
{
        bool any = pages_own_next(from, ret_start, ret_end);
        if (pin->library_end <= from || pin->library_end == pin->library_start ||
            (any && *ret_start < pin->library_start))
                return any;
        *ret_start = pin->library_start;
        *ret_end = pin->library_end;
        return true;
}

/* No error counts, as none does for mlockall(): what cannot be filled is locked all the same, the kernel's own pages
 * are not, and a mapping may have gone meanwhile. */
static void range_pin(struct pin *pin, uintptr_t start, uintptr_t end)
{
        pin->bytes += end - start;
        if (!pin->locks)
                return;
        if (pin->on_fault)
                sys_call(SYS_mlock2, start, end - start, MLOCK_ONFAULT);
        else
                sys_call(SYS_mlock, start, end - start);
}

/* The kernel joins mappings that are alike, so one of them may be ours in part. */
static bool map_pin(const struct map *map, void *context)
{
        struct pin *pin = context;
        if (strcmp(map->path, "[vsyscall]") == 0) /* no memory of any process */
                return true;
        for (uintptr_t at = map->start, own, own_end; at < map->end; at = own_end) {
                if (!own_next(pin, at, &own, &own_end) || own >= map->end)
                        own = own_end = map->end;
                if (at < own)
                        range_pin(pin, at, own);
        }
        return true;
}

/* What says the kernel to a lock larger than any limit? It looks at the limit first, and at the capability that lifts
 * it, in whatever user namespace; only then does it see that the range ends before it begins (mm/mlock.c, do_mlock).
 * So EINVAL = there is no limit, ENOMEM = there is, EPERM = it is 0. */
static int limit_ask(void) { return (int)-sys_call(SYS_mlock, -(uintptr_t)WIRE_PAGE_BYTES, UINT64_C(1) << 63); }

static uint64_t limit_bytes(void)
{
        struct rlimit limit = {0};
        sys_call(SYS_prlimit64, 0, RLIMIT_MEMLOCK, NULL, &limit);
        return limit.rlim_cur;
}

/* Without MCL_FUTURE an earlier one ends. Nothing else ends it but munlockall(), after which all is locked again. */
static int future_pin(int flags)
{
        if (flags & MCL_FUTURE)
                return next_mlockall(flags & ~MCL_CURRENT);
        if (pages_are_kept_unlocked())
                sys_call(SYS_munlockall);
        return 0;
}

static int fail(int error)
{
        errno = error;
        return -1;
}

int pin_all(int flags)
{
        if (flags & MCL_FUTURE)
                pages_stay_unlocked();
        if (!(flags & MCL_CURRENT) || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)))
                return next_mlockall(flags);
        struct pin pin = {.on_fault = flags & MCL_ONFAULT};
        library_range(&pin.library_start, &pin.library_end);
        int limited = limit_ask();
        if (limited == EPERM)
                return fail(EPERM);
        /* Where no mapping can be listed: lock what will be touched rather than fill the holes. */
        if (!maps_each(map_pin, &pin))
                return next_mlockall(flags | MCL_ONFAULT);
        if (limited == ENOMEM && pin.bytes > limit_bytes())
                return fail(ENOMEM);
        if (future_pin(flags) != 0)
                return -1;
        pin.locks = true;
        maps_each(map_pin, &pin);
        return 0;
}
