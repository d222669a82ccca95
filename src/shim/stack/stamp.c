/* One number that says: all is plain. See stamp.h.
 *
 * Two threads may be here at once: one that allows or forbids, one that has unloaded code. Whoever stores a stamp looks
 * at the generation again afterwards; and a stamp that was taken back (0) is never brought up to date.
 */
#include "shim/stack/stamp.h"

#include "shim/arena/arena.h"
#include "shim/stack/rule.h"

static void bring_up_to_date(uintptr_t *stamp)
{
        uintptr_t was = __atomic_load_n(stamp, __ATOMIC_SEQ_CST);
        while (was != 0) {
                uintptr_t now = stamp_of(atomic_load(&rule_generation));
                if (was == now)
                        return;
                if (__atomic_compare_exchange_n(stamp, &was, now, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
                        was = now;
        }
}

static void allow(uintptr_t *stamp, bool allowed)
{
        __atomic_store_n(stamp, allowed ? stamp_of(atomic_load(&rule_generation)) : 0, __ATOMIC_SEQ_CST);
        bring_up_to_date(stamp);
}

void stamp_allow(bool births, bool releases)
{
        allow(&arena.stamp_release, releases);
        allow(&arena.stamp_birth, births);
}

void stamp_renew(void)
{
        bring_up_to_date(&arena.stamp_birth);
        bring_up_to_date(&arena.stamp_release);
}
