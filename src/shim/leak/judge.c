/* Who still holds what: the judgement at the end */
#include "shim/leak/judge.h"

#include "shim/arena/arena.h"
#include "shim/leak/declared.h"
#include "shim/leak/freeze.h"
#include "shim/leak/holder.h"
#include "shim/leak/mark.h"
#include "shim/leak/objects.h"
#include "shim/leak/resident.h"
#include "shim/leak/roots.h"
#include "shim/self/life.h"
#include "shim/self/options.h"
#include "shim/sys/clock.h"
#include "shim/sys/lock.h"
#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"

#include <signal.h>

enum purpose {
        FOR_EXIT,
        FOR_EXEC,
        FOR_NOW,   /* verdicts that stay, though the program goes on */
        FOR_CHECK, /* a number, no verdicts */
        FOR_COPY,  /* the others stand still: this is a copy of the process (apart.h) */
};

/* One judgement at a time. Of one process image: a fork child finds the lock as some thread of its parent had it. */
static struct {
        struct lock lock;
        uint32_t image;
        bool judged;   /* verdicts may stand in the table */
        bool for_good; /* and shall stay */
        size_t missing; /* threads that did not stop, for the copy */
} state;

static void state_take(void)
{
        if (__atomic_load_n(&state.image, __ATOMIC_ACQUIRE) != life_image()) {
                lock_reset(&state.lock);
                state.judged = state.for_good = false;
                __atomic_store_n(&state.image, life_image(), __ATOMIC_RELEASE);
        }
        lock_take(&state.lock);
}

/* Others stand still. Tells why not everything was judged, if so. */
static enum wire_unjudged judge_frozen(uintptr_t sp, size_t missing, uint64_t begun_ns)
{
        struct mark_limits limits = {
                .deadline_ns = begun_ns + (uint64_t)options.judge_ms * 1000000,
                .again = state.judged,
                .ignored = declared_any_ignored(),
        };
        struct roots roots = {.sp = sp, .missing = missing, .inherited = arena.header->is_fork_child};
        if (!mark_begin(&limits))
                return WIRE_UNJUDGED_MEMORY;
        if (mark_has_all())
                return mark_end();
        enum wire_unjudged unjudged = roots_begin(limits.deadline_ns);
        if (unjudged == WIRE_UNJUDGED_NONE) {
                roots_read(&roots);
                mark_follow();
                unjudged = resident_over() ? WIRE_UNJUDGED_TIME : WIRE_UNJUDGED_NONE;
                if (!unjudged)
                        mark_lost();
                if (!unjudged && options.python_objects)
                        objects_look();
                roots_end();
        }
        enum wire_unjudged ran_out = mark_end();
        return unjudged ? unjudged : ran_out;
}

struct on_stack {
        uintptr_t sp;
        enum purpose purpose;
        void (*look)(void *context); /* FOR_CHECK: while the verdicts stand; may be NULL */
        void *context;
        enum wire_unjudged unjudged;
        struct mark_sum lost;
};

/* A handler of the program's must not run while others stand still: it may wait for a lock that one of them holds. */
static uint64_t signals_block(void)
{
        uint64_t all = ~UINT64_C(0), before = 0;
        sys_call(SYS_rt_sigprocmask, SIG_BLOCK, &all, &before, sizeof all);
        return before;
}

static void judge_now(struct on_stack *on)
{
        uint64_t begun = clock_ns();
        bool is_check = on->purpose == FOR_CHECK;
        if (!is_check)
                holder_begin();
        uint64_t signals = signals_block();
        size_t missing = on->purpose == FOR_COPY
                                 ? state.missing
                                 : freeze_begin(on->purpose == FOR_EXIT || on->purpose == FOR_EXEC);
        on->unjudged = judge_frozen(on->sp, missing, begun);
        state.judged = true;
        if (is_check) {
                struct mark_sum definite = mark_count(WIRE_VERDICT_DEFINITE);
                struct mark_sum indirect = mark_count(WIRE_VERDICT_INDIRECT);
                on->lost.blocks = definite.blocks + indirect.blocks;
                on->lost.bytes = definite.bytes + indirect.bytes;
                if (on->look && !on->unjudged)
                        on->look(on->context);
                mark_clear();
        }
        if (on->purpose != FOR_COPY)
                freeze_end();
        sys_call(SYS_rt_sigprocmask, SIG_SETMASK, &signals, NULL, sizeof signals);
        if (is_check)
                return;
        if (on->purpose != FOR_EXEC)
                holder_name_modules();
        holder_end();
        arena.header->frozen_missing = (uint32_t)missing;
        arena.header->judge_ns = clock_ns() - begun;
}

enum { STACK_BYTES = 128 << 10 };

/* Run judge_now() on a stack of our own: the program's may be a coroutine's, of a few kilobytes, and nearly used up. */
static void judge_on_own_stack(struct on_stack *on)
{
        unsigned char *stack = pages_take(STACK_BYTES);
        if (stack == NULL) {
                judge_now(on);
                return;
        }
        void *top = stack + STACK_BYTES;
        void (*run)(struct on_stack *) = judge_now;
#if defined __x86_64__
        __asm__ volatile("mov %%rsp, %%rbx\n\tmov %[top], %%rsp\n\tcall *%[run]\n\tmov %%rbx, %%rsp"
                         : "+D"(on), [top] "+r"(top), [run] "+r"(run)::"rbx", "rax", "rcx", "rdx", "rsi", "r8", "r9",
                           "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                           "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "cc", "memory");
#elif defined __aarch64__
        register struct on_stack *first __asm__("x0") = on;
        __asm__ volatile("mov x19, sp\n\tmov sp, %[top]\n\tblr %[run]\n\tmov sp, x19"
                         : "+r"(first), [top] "+r"(top), [run] "+r"(run)::"x1", "x2", "x3", "x4", "x5", "x6", "x7",
                           "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x30",
                           "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16", "v17", "v18", "v19", "v20", "v21",
                           "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31", "cc", "memory");
#endif
        pages_give(stack, STACK_BYTES);
}

static void judge_locked(uintptr_t sp, enum purpose purpose)
{
        struct on_stack on = {.sp = sp, .purpose = purpose};
        __atomic_store_n(&arena.header->judged, WIRE_JUDGED_BEGUN, __ATOMIC_RELEASE);
        judge_on_own_stack(&on);
        arena.header->unjudged = (uint16_t)on.unjudged;
        enum wire_judged judged = on.unjudged          ? WIRE_JUDGED_BUDGET
                                  : purpose == FOR_NOW ? WIRE_JUDGED_EARLY
                                                       : WIRE_JUDGED_WHOLE;
        __atomic_store_n(&arena.header->judged, judged, __ATOMIC_RELEASE);
}

void judge(uintptr_t sp, bool for_exec)
{
        state_take();
        if (!state.for_good)
                judge_locked(sp, for_exec ? FOR_EXEC : FOR_EXIT);
        lock_give(&state.lock);
}

void judge_for_good(uintptr_t sp)
{
        state_take();
        if (!state.for_good)
                judge_locked(sp, FOR_NOW);
        state.for_good = true;
        lock_give(&state.lock);
}

bool judge_check(uintptr_t sp, uint64_t *ret_blocks, uint64_t *ret_bytes)
{
        return judge_look(sp, NULL, NULL, ret_blocks, ret_bytes);
}

bool judge_look(uintptr_t sp, void (*look)(void *context), void *context, uint64_t *ret_blocks, uint64_t *ret_bytes)
{
        state_take();
        if (state.for_good) { /* it would wipe the verdicts that shall stay */
                lock_give(&state.lock);
                return false;
        }
        struct on_stack on = {.sp = sp, .purpose = FOR_CHECK, .look = look, .context = context};
        judge_on_own_stack(&on);
        lock_give(&state.lock);
        if (on.unjudged)
                return false;
        *ret_blocks = on.lost.blocks;
        *ret_bytes = on.lost.bytes;
        return true;
}

void judge_while_frozen(void (*run)(void *context), void *context)
{
        if (__atomic_load_n(&state.image, __ATOMIC_ACQUIRE) != life_image())
                state_take();
        else if (!lock_try(&state.lock))
                return;
        if (!state.for_good) {
                uint64_t signals = signals_block();
                state.missing = freeze_begin(false);
                run(context);
                freeze_end();
                sys_call(SYS_rt_sigprocmask, SIG_SETMASK, &signals, NULL, sizeof signals);
        }
        lock_give(&state.lock);
}

void judge_frozen_copy(uintptr_t sp) { judge_locked(sp, FOR_COPY); }
