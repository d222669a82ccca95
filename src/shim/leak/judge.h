/* Who still holds what: the judgement at the end
 *
 *      freeze  the other threads, their registers
 *      roots   mappings and what of them counts; stacks, resident, declared
 *      mark    words -> blocks -> verdicts; find, shape, holder
 *
 * The judge runs inside the program's last call, on a stack of its own. It takes no lock but its own and calls neither
 * the allocator nor (while others stand still) ld.so: a frozen thread may hold anything.
 */
#ifndef UNFREED_SHIM_LEAK_JUDGE_H
#define UNFREED_SHIM_LEAK_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

/* In a door (hooks/door.h): the stack pointer to judge by. The registers that a caller leaves to us to preserve are in
 * memory at and above it: __builtin_unwind_init() makes the compiler save them all, on x86-64 right below the frame
 * address, on AArch64 above it. */
#if defined __x86_64__
enum { JUDGE_SAVED_BYTES = 5 * 8 };
#else
enum { JUDGE_SAVED_BYTES = 0 };
#endif
#define JUDGE_SP_HERE() (__builtin_unwind_init(), (uintptr_t)__builtin_frame_address(0) - JUDGE_SAVED_BYTES)

/* The stack pointer of the function that this is inlined into: all of its frame lies above. */
static inline __attribute__((always_inline)) uintptr_t judge_own_sp(void)
{
        uintptr_t sp;
#if defined __x86_64__
        __asm__ volatile("mov %%rsp, %0" : "=r"(sp)::"memory");
#elif defined __aarch64__
        __asm__ volatile("mov %0, sp" : "=r"(sp)::"memory");
#endif
        return sp;
}

/* Freeze the other threads, mark from the roots, write a verdict for each live block of this image and the rows of
 * WIRE_EXTENT_HOLDERS, thaw. `sp`: the stack pointer below which the calling thread's stack is stale.
 * `for_exec`: only what is lost matters. Never faults, never hangs; sets header->judged. */
void judge(uintptr_t sp, bool for_exec);

/* The same now, and never again in this image: judge() then does nothing. */
void judge_for_good(uintptr_t sp);

/* Stop the other threads, call `run`, let them go; at once and without it when a judgement is under way. */
void judge_while_frozen(void (*run)(void *context), void *context);

/* In a copy of the process that `run` of the above has made, where the other threads are only what was noted of them, and
 * whose arena is its own: judge, for whoever reads that arena. */
void judge_frozen_copy(uintptr_t sp);

/* The same question in the middle of the run: how many blocks are lost (definite, indirect) just now? Leaves no
 * verdict. False when that could not be told. */
bool judge_check(uintptr_t sp, uint64_t *ret_blocks, uint64_t *ret_bytes);

/* The same; when all could be judged, `look` is called while the verdicts stand in the table. Other threads stand still
 * then: it may take pages, and no lock that it does not hold already. */
bool judge_look(uintptr_t sp, void (*look)(void *context), void *context, uint64_t *ret_blocks, uint64_t *ret_bytes);

#endif
