/* Walking with all registers
 *
 * What libgcc's unwinder does, with every read checked. It serves stacks on which some frame needs more than the stack
 * pointer and the frame pointer: frames interrupted by a signal, frame addresses kept in other registers, expressions,
 * stacks that continue on another stack.
 *
 * A walk must know the callee-saved registers as the function that called the entry point had them. They may have been
 * saved by any of our own functions since; so we begin here, with the registers as they are, and unwind ourselves first.
 *
 * A stack may be corrupt and lead in a circle. Every circle goes down somewhere; a sound walk does that only where it
 * changes to another stack, which happens a few times at most (a handler on a signal stack, a coroutine within it).
 */
#include "shim/stack/general.h"

#include "shim/sys/probe.h"

#include <string.h>

enum { OWN_FRAMES_MAX = 64, DESCENTS_MAX = 6, HANDLER_FRAMES_MAX = 64 };

#if defined __x86_64__
/* Callee-saved registers, sp and pc at one moment, at which the compiler's unwind table speaks of exactly them. */
#define REGISTERS_HERE(r)                                                                                              \
        __asm__ volatile("mov %%rbx, 24(%0)\n\t"                                                                       \
                         "mov %%rbp, 48(%0)\n\t"                                                                       \
                         "mov %%rsp, 56(%0)\n\t"                                                                       \
                         "mov %%r12, 96(%0)\n\t"                                                                       \
                         "mov %%r13, 104(%0)\n\t"                                                                      \
                         "mov %%r14, 112(%0)\n\t"                                                                      \
                         "mov %%r15, 120(%0)\n\t"                                                                      \
                         "lea 0f(%%rip), %%rax\n\t"                                                                    \
                         "mov %%rax, 128(%0)\n"                                                                        \
                         "0:"                                                                                          \
                         :                                                                                             \
                         : "r"((r)->value)                                                                             \
                         : "rax", "memory")
enum { REGISTERS_HERE_KNOWN = 1 << 3 | 1 << 6 | 1 << 7 | 0xf << 12 | 1 << 16 };
#elif defined __aarch64__
#define REGISTERS_HERE(r)                                                                                              \
        __asm__ volatile("stp x19, x20, [%0, 152]\n\t"                                                                 \
                         "stp x21, x22, [%0, 168]\n\t"                                                                 \
                         "stp x23, x24, [%0, 184]\n\t"                                                                 \
                         "stp x25, x26, [%0, 200]\n\t"                                                                 \
                         "stp x27, x28, [%0, 216]\n\t"                                                                 \
                         "mov x9, sp\n\t"                                                                              \
                         "str x29, [%0, 232]\n\t"                                                                      \
                         "str x9, [%0, 248]\n\t"                                                                       \
                         "adr x9, 0f\n\t"                                                                              \
                         "str x9, [%0, 240]\n"                                                                         \
                         "0:"                                                                                          \
                         :                                                                                             \
                         : "r"((r)->value)                                                                             \
                         : "x9", "memory")
#define REGISTERS_HERE_KNOWN (UINT64_C(0x3ff) << 19 | UINT64_C(1) << 29 | UINT64_C(1) << 30 | UINT64_C(1) << 31)
#endif

static bool register_value(const struct registers *r, unsigned number, uint64_t *ret_value)
{
        if (number >= REGISTERS || !(r->known >> number & 1))
                return false;
        *ret_value = r->value[number];
        return true;
}

static bool cfa_value(const struct registers *r, const struct cfi_row *row, struct reach *reach, uint64_t *ret_cfa)
{
        if (row->cfa_is_expression)
                return expression_value(row, row->cfa_offset, r, NULL, reach, ret_cfa);
        if (!register_value(r, row->cfa_register, ret_cfa))
                return false;
        *ret_cfa += (uint64_t)(int64_t)row->cfa_offset;
        return true;
}

/* The caller's value of one register. */
static bool caller_value(const struct registers *r, const struct cfi_row *row, unsigned number, uint64_t cfa,
                         struct reach *reach, uint64_t *ret_value)
{
        int32_t value = row->value[number];
        uint64_t address;
        switch (row->how[number]) {
        case CFI_SAME:
        case CFI_UNDEFINED: return register_value(r, number, ret_value);
        case CFI_AT_CFA: return reach_read(reach, cfa + (uint64_t)(int64_t)value, ret_value);
        case CFI_CFA_PLUS: *ret_value = cfa + (uint64_t)(int64_t)value; return true;
        case CFI_REGISTER: return register_value(r, (unsigned)value, ret_value);
        case CFI_EXPRESSION:
                return expression_value(row, value, r, &cfa, reach, &address) && reach_read(reach, address, ret_value);
        case CFI_VALUE_OF: return expression_value(row, value, r, &cfa, reach, ret_value);
        default: return false;
        }
}

bool registers_step(struct registers *r, const struct cfi_row *row, struct reach *reach, bool *ret_outermost)
{
        uint64_t cfa;
        *ret_outermost = row->how[REGISTER_RETURN] == CFI_UNDEFINED;
        if (*ret_outermost || !cfa_value(r, row, reach, &cfa))
                return false;
        struct registers caller = {.interrupted = row->signal_frame};
        for (unsigned i = 0; i < REGISTERS; ++i)
                if (caller_value(r, row, i, cfa, reach, &caller.value[i]))
                        caller.known |= UINT64_C(1) << i;
        /* The CFA is by definition the caller's stack pointer, unless the row says otherwise. */
        if (row->how[REGISTER_SP] == CFI_SAME) {
                caller.value[REGISTER_SP] = cfa;
                caller.known |= UINT64_C(1) << REGISTER_SP;
        }
        if (!(caller.known >> REGISTER_RETURN & 1))
                return false;
        caller.pc = return_address_strip(caller.value[REGISTER_RETURN]);
        if (caller.pc == 0) {
                *ret_outermost = true;
                return false;
        }
        *r = caller;
        return true;
}

static enum cfi_answer row_of(const struct registers *r, struct cfi_row *ret_row)
{
        const struct module *module = module_find(r->pc - !r->interrupted);
        return cfi_find(module, r->pc - !r->interrupted, ret_row);
}

/* The way back from a signal handler has no table on AArch64 (the vdso's was taken out, since unwinders do it so):
 * mov x8, #139; svc #0, and at its stack pointer the kernel's struct rt_sigframe: siginfo of 128 bytes, then a ucontext
 * whose sigcontext, 176 bytes on, has the fault address, x0-x30, sp and pc (Linux, arch/arm64/kernel/signal.c). */
#if defined __aarch64__
bool signal_return_is(uintptr_t pc)
{
        static const uint32_t way_back[2] = {0xd2801168, 0xd4000001};
        uint32_t code[2];
        return pc % 4 == 0 && probe_read(pc, code, sizeof code) && memcmp(code, way_back, sizeof code) == 0;
}

static bool signal_frame_step(struct registers *r, struct reach *reach)
{
        enum { SAVED = 128 + 176 + 8 };
        struct registers interrupted = {.interrupted = true, .known = (UINT64_C(1) << REGISTERS) - 1};
        uint64_t sp = r->value[REGISTER_SP];
        if (!signal_return_is(r->pc))
                return false;
        for (unsigned i = 0; i < REGISTERS; i++)
                if (!reach_read(reach, sp + SAVED + 8 * i, &interrupted.value[i]))
                        return false;
        if (!reach_read(reach, sp + SAVED + 8 * REGISTERS, &interrupted.pc))
                return false;
        *r = interrupted;
        return true;
}
#else
bool signal_return_is(uintptr_t pc) { return false; }
static bool signal_frame_step(struct registers *r, struct reach *reach) { return false; }
#endif

/* Unwind our own functions. Where that fails go on with what the entry point knew. */
static void registers_rewind(struct registers *r, const struct stack_start *start, struct reach *reach)
{
        /* Our own frames lie below the start, on the same stack: mapped, since they are live. */
        struct reach below = *reach;
        below.low = r->value[REGISTER_SP];
        for (unsigned i = 0; i < OWN_FRAMES_MAX; ++i) {
                struct cfi_row row;
                bool outermost;
                if (r->pc == start->pc && r->value[REGISTER_SP] == start->sp)
                        return;
                if (row_of(r, &row) != CFI_FOUND || !registers_step(r, &row, &below, &outermost))
                        break;
        }
        *r = (struct registers){.pc = start->pc};
        r->value[REGISTER_SP] = start->sp;
        r->value[REGISTER_FP] = start->fp;
        r->known = UINT64_C(1) << REGISTER_SP | UINT64_C(1) << REGISTER_FP;
}

uintptr_t general_sp_outside(const struct stack_start *start, struct reach *reach, unsigned n_inside, unsigned n_outside)
{
        struct registers r = {.pc = start->pc, .known = UINT64_C(1) << REGISTER_SP | UINT64_C(1) << REGISTER_FP};
        r.value[REGISTER_SP] = start->sp;
        r.value[REGISTER_FP] = start->fp;
        uintptr_t sp = 0;
        for (unsigned i = 0; i < n_inside + n_outside; i++) {
                struct cfi_row row;
                bool outermost;
                if (i == n_inside)
                        sp = r.value[REGISTER_SP];
                if (row_of(&r, &row) != CFI_FOUND)
                        return 0;
                if (!registers_step(&r, &row, reach, &outermost))
                        return outermost ? sp : 0;
        }
        return 0;
}

/* A word of the kernel's frame that nobody changes while the handler runs: where that returns to, which x86-64 keeps
 * right below the rest; else the number of the signal. */
static uintptr_t signal_word_at(uintptr_t signal_sp)
{
#if defined __x86_64__
        return signal_sp - sizeof(uintptr_t);
#else
        return signal_sp;
#endif
}

uintptr_t general_sp_interrupted(const struct stack_start *start, struct reach *reach, uintptr_t *ret_signal_word)
{
        const struct module *own = module_find((uintptr_t)general_sp_interrupted);
        struct registers r = {.pc = start->pc, .known = UINT64_C(1) << REGISTER_SP | UINT64_C(1) << REGISTER_FP};
        r.value[REGISTER_SP] = start->sp;
        r.value[REGISTER_FP] = start->fp;
        uintptr_t met = 0, met_signal = 0, found = 0; /* the last signal on the way; one that interrupted us */
        for (unsigned left = HANDLER_FRAMES_MAX; own && left > 0; left--) {
                struct cfi_row row;
                bool outermost;
                uintptr_t sp = r.value[REGISTER_SP];
                if (met && module_find(r.pc - !r.interrupted) == own) {
                        found = met;
                        *ret_signal_word = signal_word_at(met_signal);
                }
                if (row_of(&r, &row) == CFI_FOUND ? !registers_step(&r, &row, reach, &outermost)
                                                  : !signal_frame_step(&r, reach))
                        break;
                if (r.interrupted) {
                        met = r.value[REGISTER_SP];
                        met_signal = sp;
                        left = HANDLER_FRAMES_MAX;
                }
        }
        return found;
}

__attribute__((noinline)) enum general_end general_walk(const struct stack_start *start, struct reach *reach,
                                                         bool (*visit)(uint64_t word, void *context), void *context)
{
        struct registers r = {.known = REGISTERS_HERE_KNOWN};
        REGISTERS_HERE(&r);
        r.pc = r.value[REGISTER_RETURN];
        registers_rewind(&r, start, reach);
        for (unsigned n_descents = 0;;) {
                /* The word of an interrupted frame is past its instruction too, as that of a call is, so that a reader
                 * may always look at the byte before it. */
                uintptr_t inside = r.pc - !r.interrupted;
                const struct module *module = module_find(inside);
                if (!visit(wire_word(module ? module->index : 0, wire_word_value(inside + 1)), context))
                        return GENERAL_FULL;
                struct cfi_row row;
                bool outermost;
                uint64_t sp = r.value[REGISTER_SP];
                if (cfi_find(module, inside, &row) != CFI_FOUND) {
                        if (!signal_frame_step(&r, reach))
                                return GENERAL_LOST;
                        continue;
                }
                if (!registers_step(&r, &row, reach, &outermost))
                        return outermost ? GENERAL_OUTERMOST : GENERAL_LOST;
                if (r.value[REGISTER_SP] <= sp && ++n_descents > DESCENTS_MAX)
                        return GENERAL_LOST;
        }
}
