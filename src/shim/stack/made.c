/* Code that the program made while it ran, and described to the unwinders by __register_frame()
 *
 * No module holds such code, and the description is in memory that the program may give back at any time. So what is
 * needed of each function is copied into pages of our own at once, where a walk on another thread may read it whenever
 * it likes.
 *
 * Functions are entries of an array that only grows, as do the bytes of their programs. An entry is published by its
 * `start` and dead when that is 0 again; nothing is used twice, so what a reader found stays what it was. Programs that
 * describe more than fits are seldom; what comes after that ends a stack, like code that nobody describes.
 */
#include "shim/stack/made.h"

#include "bare/bits.h"
#include "shim/sys/pages.h"
#include "shim/sys/probe.h"

#include <stdatomic.h>
#include <string.h>

enum { FUNCTIONS = 1 << 14, PROGRAM_BYTES = 1 << 20, TABLE_MAX = 1 << 26 };

struct function {
        _Atomic uintptr_t start; /* 0 = not there yet, or gone */
        const void *table;
        struct fde fde;
};

struct store {
        _Atomic uint32_t n_functions, n_bytes; /* taken; may be more than there are */
        struct function functions[FUNCTIONS];
        uint8_t bytes[PROGRAM_BYTES + 16]; /* expression_is_fp() looks a few bytes further than an expression goes */
};

static _Atomic(struct store *) store;

static struct store *store_get(void)
{
        struct store *s = atomic_load_explicit(&store, memory_order_acquire);
        if (s)
                return s;
        struct store *fresh = pages_take(sizeof *fresh);
        if (!fresh || atomic_compare_exchange_strong(&store, &s, fresh))
                return fresh;
        pages_give(fresh, sizeof *fresh);
        return s;
}

static uint32_t functions_known(const struct store *s)
{
        uint32_t n = atomic_load_explicit(&s->n_functions, memory_order_acquire);
        return n < FUNCTIONS ? n : FUNCTIONS;
}

/* Where the list ends, read with care: at the first length that is 0, not readable or absurd. */
static uintptr_t table_end(uintptr_t table)
{
        uintptr_t at = table;
        for (;;) {
                uint32_t length;
                if (!probe_read(at, &length, sizeof length) || length == 0 || length > TABLE_MAX ||
                    at + length - table > TABLE_MAX || !probe_readable(at + sizeof length, length))
                        return at;
                at += sizeof length + length;
        }
}

static struct bytes program_copy(uint8_t **to, const struct bytes *program)
{
        size_t n = bytes_left(program);
        struct bytes copy = {*to, *to + n, false};
        memcpy(*to, program->at, n);
        *to += n;
        return copy;
}

static void function_add(struct store *s, const void *table, const struct fde *fde)
{
        size_t n = bytes_left(&fde->cie_program) + bytes_left(&fde->program);
        if (n > PROGRAM_BYTES || fde->start == 0 || fde->start >= fde->end)
                return;
        uint32_t at = atomic_fetch_add(&s->n_bytes, (uint32_t)n);
        if (at > PROGRAM_BYTES - n) {
                atomic_fetch_sub(&s->n_bytes, (uint32_t)n);
                return;
        }
        uint32_t i = atomic_fetch_add(&s->n_functions, 1);
        if (i >= FUNCTIONS) {
                atomic_fetch_sub(&s->n_functions, 1);
                return;
        }
        struct function *function = &s->functions[i];
        uint8_t *to = s->bytes + at;
        function->table = table;
        function->fde = *fde;
        function->fde.origin = to;
        function->fde.cie_program = program_copy(&to, &fde->cie_program);
        function->fde.program = program_copy(&to, &fde->program);
        atomic_store_explicit(&function->start, fde->start, memory_order_release);
}

void made_add(const void *table)
{
        uintptr_t at = (uintptr_t)table, end = table_end(at);
        struct module list = {.start = at, .end = end, .segments = {{at, end}}};
        struct store *s = end > at ? store_get() : NULL;
        struct fde fde;
        while (s && fde_next(&list, &at, &fde))
                function_add(s, table, &fde);
}

bool made_remove(const void *table, uintptr_t *ret_start, uintptr_t *ret_end)
{
        struct store *s = atomic_load_explicit(&store, memory_order_acquire);
        uintptr_t low = UINTPTR_MAX, high = 0;
        for (uint32_t i = 0, n = s ? functions_known(s) : 0; i < n; ++i) {
                struct function *function = &s->functions[i];
                uintptr_t start = atomic_load_explicit(&function->start, memory_order_acquire);
                if (start == 0 || function->table != table)
                        continue;
                atomic_store_explicit(&function->start, 0, memory_order_relaxed);
                low = start < low ? start : low;
                high = function->fde.end > high ? function->fde.end : high;
        }
        if (low > high)
                return false;
        *ret_start = low;
        *ret_end = high;
        return true;
}

bool made_find(uintptr_t address, struct fde *ret_fde)
{
        const struct store *s = atomic_load_explicit(&store, memory_order_acquire);
        for (uint32_t i = s ? functions_known(s) : 0; i-- > 0;) {
                const struct function *function = &s->functions[i];
                uintptr_t start = atomic_load_explicit(&function->start, memory_order_acquire);
                if (start != 0 && start <= address && address < function->fde.end) {
                        *ret_fde = function->fde;
                        return true;
                }
        }
        return false;
}
