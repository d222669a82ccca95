/* How far a walk may read
 *
 * A walk reads a stack upwards from the stack pointer. On the stack that the kernel or glibc gave to this thread all
 * of it is mapped, up to a bound that we find once; there plain loads are safe whatever the words say. Elsewhere
 * (coroutines, signal stacks) the bound begins at the end of the page that is in use and moves up page by page, each page
 * asked for before the first read of it in a walk. An answer is not kept: the program may unmap such a stack and map
 * another in its place, and of what libc unmaps we see nothing. What lies outside is read through the kernel, or not at
 * all.
 */
#ifndef UNFREED_SHIM_STACK_REACH_H
#define UNFREED_SHIM_STACK_REACH_H

#include "bare/bits.h"

#include <stdbool.h>
#include <stdint.h>

/* This thread's own stack: low <= sp < high. high = 0: not found out yet. */
struct reach_stack {
        uintptr_t low, high;
        uint32_t n_tries;
        bool is_whole; /* low is its end; else it is what was seen of it so far */
};

struct reach {
        uintptr_t low, limit; /* low <= address, address + 8 <= limit: a plain load is safe */
        bool own;             /* on the thread's own stack: the limit is final */
};

/* Find out the bounds of this thread's own stack, if `sp` is on it, or that it goes on down to `sp`. Where that is not
 * seen at once: one look into /proc. */
void reach_find(struct reach_stack *stack, uintptr_t sp);

enum { REACH_PAGE = 4096 }; /* or a part of one */

/* Where `sp` is the stack pointer of a frame that called another, the return address lies right below: that page is
 * mapped. */
static inline uintptr_t reach_page_end(uintptr_t sp) { return align_up(sp, REACH_PAGE); }

/* Begin a walk at `sp`. Costs nothing on the own stack. */
static inline struct reach reach_begin(struct reach_stack *stack, uintptr_t sp)
{
        if (unlikely(!stack->is_whole && (stack->high == 0 || sp < stack->low)))
                reach_find(stack, sp);
        bool own = stack->low <= sp && sp < stack->high;
        return (struct reach){.low = sp, .limit = own ? stack->high : reach_page_end(sp), .own = own};
}

/* Move the limit so that `address` is below it. False when that is not all mapped, or absurdly far. */
bool reach_extend(struct reach *reach, uintptr_t address);

/* Any address, at any cost. */
bool reach_read_slow(struct reach *reach, uintptr_t address, uint64_t *ret_word);

static inline bool reach_holds(const struct reach *reach, uintptr_t address)
{
        return address >= reach->low && address < reach->limit && reach->limit - address >= 8;
}

static inline bool reach_read(struct reach *reach, uintptr_t address, uint64_t *ret_word)
{
        if (unlikely(!reach_holds(reach, address)))
                return reach_read_slow(reach, address, ret_word);
        __builtin_memcpy(ret_word, (const void *)address, sizeof *ret_word);
        return true;
}

#endif
