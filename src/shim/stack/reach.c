/* How far a walk may read
 *
 * The upper bound of a thread's own stack is the end of the mapping that its stack pointer is in, or its thread
 * control block where that lies in the same mapping: glibc puts it at the top of a thread's stack, and what is mapped
 * beyond it may belong to somebody else and go away. The main thread's stack grows downward under us; nothing else is
 * ever mapped within 128 MiB below its end unless the stack limit is lower (Linux, arch/x86/mm/mmap.c, MIN_GAP).
 *
 * Reading the list of mappings for that costs more than all else that a new thread asks of us. Mostly it is not needed:
 * a thread allocates first when its stack is still short, so that a few questions tell that all pages from there to the
 * control block are mapped; and again a few whenever it gets deeper.
 */
#include "shim/stack/reach.h"

#include "shim/sys/maps.h"
#include "shim/sys/probe.h"
#include "shim/sys/syscall.h"

#include <sys/resource.h>

extern void *__libc_stack_end; /* where ld.so began: the main thread's outermost words */

enum { FRAME_MAX = 8 << 20, NEAR = 64 << 10, MAIN_NEAR = 1 << 20 };
static const uintptr_t main_stack_max = (uintptr_t)128 << 20;

static uintptr_t thread_pointer(void)
{
#if defined __x86_64__
        uintptr_t tp;
        __asm__("mov %%fs:0, %0" : "=r"(tp));
        return tp;
#else
        return (uintptr_t)__builtin_thread_pointer();
#endif
}

static uintptr_t main_stack_low(uintptr_t high)
{
        struct rlimit limit = {0};
        uintptr_t most = main_stack_max;
        if (!sys_failed(sys_call(SYS_prlimit64, 0, RLIMIT_STACK, NULL, &limit)) && limit.rlim_cur < most)
                most = limit.rlim_cur;
        return high > most ? high - most : 0;
}

static bool is_main_thread(void) { return sys_call(SYS_gettid) == sys_call(SYS_getpid); }

/* The first time: from `sp` to where this thread's stack begins. */
static bool top_find(struct reach_stack *stack, uintptr_t sp)
{
        uintptr_t tp = thread_pointer(), stack_end = (uintptr_t)__libc_stack_end;
        if (sp < stack_end && stack_end - sp <= MAIN_NEAR && is_main_thread()) {
                stack->high = reach_page_end(stack_end + 8);
                stack->low = main_stack_low(stack->high);
                return stack->is_whole = true;
        }
        if (sp >= tp || tp - sp > NEAR || !probe_readable(sp, tp - sp) || is_main_thread())
                return false;
        stack->high = align_down(tp, 8);
        stack->low = align_down(sp, REACH_PAGE);
        return true;
}

/* From then on: does it go on down to `sp`? If there is a gap, it ends above that. */
static bool low_find(struct reach_stack *stack, uintptr_t sp)
{
        if (stack->low - sp > NEAR)
                return false;
        if (probe_readable(sp, stack->low - sp))
                stack->low = align_down(sp, REACH_PAGE);
        else
                stack->is_whole = true;
        return true;
}

void reach_find(struct reach_stack *stack, uintptr_t sp)
{
        if (stack->high ? low_find(stack, sp) : top_find(stack, sp))
                return;
        /* A thread whose first allocations are made on a coroutine's stack is asked again, ever more seldom. */
        uint32_t n = stack->n_tries++;
        if ((n & (n + 1)) != 0)
                return;
        struct map map;
        enum map_kind kind = maps_find(sp, &map);
        uintptr_t tp = thread_pointer(), stack_end = (uintptr_t)__libc_stack_end;
        if (kind == MAP_IS_STACK) {
                stack->high = map.end;
                stack->low = main_stack_low(map.end);
                if (map.start < stack->low)
                        stack->low = map.start;
        } else if (kind == MAP_IS_ANONYMOUS && sp < stack_end && stack_end < map.end) {
                /* The main thread's, under an emulator that made it itself. */
                stack->high = map.end;
                stack->low = map.start;
        } else if (kind == MAP_IS_ANONYMOUS && map.start <= sp && sp < tp && tp < map.end) {
                stack->high = align_down(tp, 8);
                stack->low = map.start;
        } else {
                return;
        }
        stack->is_whole = true;
}

bool reach_extend(struct reach *reach, uintptr_t address)
{
        if (reach->own || address < reach->low || (address > reach->limit && address - reach->limit > FRAME_MAX))
                return false;
        if (reach_holds(reach, address))
                return true;
        uintptr_t to = align_up(address + 8, REACH_PAGE);
        if (!probe_readable(reach->limit, to - reach->limit))
                return false;
        reach->limit = to;
        return true;
}

bool reach_read_slow(struct reach *reach, uintptr_t address, uint64_t *ret_word)
{
        if (address < reach->low || !reach_extend(reach, address))
                return probe_read(address, ret_word, sizeof *ret_word);
        __builtin_memcpy(ret_word, (const void *)address, sizeof *ret_word);
        return true;
}
