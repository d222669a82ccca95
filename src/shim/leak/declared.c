/* What the program said about its own memory
 *
 * Regions stand in an array without a lock, as calls may come from any thread and a judgement reads it while threads
 * stand still wherever they are: an entry counts while its end is not zero, and its start is written before that.
 */
#include "shim/leak/declared.h"

#include "shim/leak/mark.h"
#include "shim/leak/verdict.h"
#include "shim/sys/pages.h"

static struct {
        uintptr_t start;
        uintptr_t end; /* 0 = free, 1 = being written */
} roots[DECLARED_ROOTS_MAX] PAGES_APART;
static uint32_t n_roots; /* entries in use lie below */
static bool any_ignored;

bool declared_root_add(uintptr_t start, size_t bytes)
{
        if (bytes == 0 || start + bytes < start)
                return false;
        for (uint32_t i = 0; i < DECLARED_ROOTS_MAX; i++) {
                uintptr_t none = 0;
                if (!__atomic_compare_exchange_n(&roots[i].end, &none, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
                        continue;
                roots[i].start = start;
                __atomic_store_n(&roots[i].end, start + bytes, __ATOMIC_RELEASE);
                uint32_t n = __atomic_load_n(&n_roots, __ATOMIC_RELAXED);
                while (n < i + 1 &&
                       !__atomic_compare_exchange_n(&n_roots, &n, i + 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                        ;
                return true;
        }
        return false;
}

bool declared_root_remove(uintptr_t start, size_t bytes)
{
        for (uint32_t i = 0; i < __atomic_load_n(&n_roots, __ATOMIC_RELAXED); i++) {
                uintptr_t end = start + bytes;
                if (bytes && roots[i].start == start &&
                    __atomic_compare_exchange_n(&roots[i].end, &end, 0, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
                        return true;
        }
        return false;
}

void declared_roots_each(void (*visit)(uintptr_t start, uintptr_t end, void *context), void *context)
{
        for (uint32_t i = 0; i < __atomic_load_n(&n_roots, __ATOMIC_RELAXED); i++) {
                uintptr_t end = __atomic_load_n(&roots[i].end, __ATOMIC_ACQUIRE);
                if (end > 1)
                        visit(roots[i].start, end, context);
        }
}

enum { N_UNSEEN = 1024 };
static struct {
        uintptr_t start;
        size_t bytes;
} unseen[N_UNSEEN] PAGES_APART;
static uint32_t n_unseen; /* may run past N_UNSEEN */

void declared_unseen(uintptr_t start, size_t bytes)
{
        uint32_t n = __atomic_load_n(&n_unseen, __ATOMIC_RELAXED);
        if (n >= N_UNSEEN || (n = __atomic_fetch_add(&n_unseen, 1, __ATOMIC_RELAXED)) >= N_UNSEEN)
                return;
        unseen[n].bytes = bytes;
        __atomic_store_n(&unseen[n].start, start, __ATOMIC_RELEASE);
}

void declared_unseen_each(void (*visit)(uintptr_t start, uintptr_t end, void *context), void *context)
{
        for (uint32_t i = 0; i < N_UNSEEN && i < __atomic_load_n(&n_unseen, __ATOMIC_RELAXED); i++) {
                uintptr_t start = __atomic_load_n(&unseen[i].start, __ATOMIC_ACQUIRE);
                struct block block;
                /* Known there now, live or released: then the unseen one is gone. */
                if (start && !table_find(start, &block))
                        visit(start, start + unseen[i].bytes, context);
        }
}

bool declared_ignore(uintptr_t start)
{
        struct block block;
        if (!table_find(start, &block) || block.released)
                return false;
        any_ignored = true;
        verdict_set(&block, WIRE_VERDICT_IGNORED);
        return true;
}

bool declared_any_ignored(void) { return any_ignored; }
