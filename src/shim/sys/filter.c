/* Seccomp filters that the program gives itself: see filter.h */
#include "shim/sys/filter.h"

#include "shim/sys/pages.h"
#include "shim/sys/probe.h"
#include "shim/sys/syscall.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

#if defined __x86_64__
enum { ARCHITECTURE = AUDIT_ARCH_X86_64 };
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

enum { FILTERS = 32 };

/* One of no instructions is the strict mode, or one that we could not copy. Those that are being installed count. */
static struct {
        long pid;
        unsigned n; /* at most FILTERS; atomic */
        struct filter {
                struct sock_fprog program;
                bool refused; /* by the kernel, so that it does not count; atomic */
        } all[FILTERS];
} filters;

bool filter_any;

static uint32_t alu(uint16_t operation, uint32_t a, uint32_t b, bool *ret_fault)
{
        switch (operation) {
        case BPF_ADD: return a + b;
        case BPF_SUB: return a - b;
        case BPF_MUL: return a * b;
        case BPF_DIV: *ret_fault = b == 0; return b ? a / b : 0;
        case BPF_AND: return a & b;
        case BPF_OR: return a | b;
        case BPF_XOR: return a ^ b;
        case BPF_LSH: return b < 32 ? a << b : 0;
        case BPF_RSH: return b < 32 ? a >> b : 0;
        case BPF_NEG: return -a;
        default: *ret_fault = true; return 0;
        }
}

static bool compare(uint16_t operation, uint32_t a, uint32_t b)
{
        return operation == BPF_JEQ   ? a == b
               : operation == BPF_JGT ? a > b
               : operation == BPF_JGE ? a >= b
                                      : (a & b) != 0;
}

/* What the filter says; what no filter can hold says "kill". Jumps go forward only, so it ends (kernel/seccomp.c). */
static uint32_t run(const struct sock_fprog *filter, const struct seccomp_data *call)
{
        const struct sock_filter *code = filter->filter;
        uint32_t a = 0, x = 0, memory[BPF_MEMWORDS] = {0}, words[sizeof *call / sizeof(uint32_t)];
        memcpy(words, call, sizeof words);
        for (unsigned at = 0; at < filter->len; at++) {
                uint32_t k = code[at].k, b = BPF_SRC(code[at].code) == BPF_X ? x : k;
                bool fault = false;
                switch (BPF_CLASS(code[at].code)) {
                case BPF_LD:
                case BPF_LDX: {
                        uint32_t mode = BPF_MODE(code[at].code), value = k;
                        fault = (mode == BPF_ABS && (k % 4 || k / 4 >= sizeof words / sizeof *words)) ||
                                (mode == BPF_MEM && k >= BPF_MEMWORDS);
                        if (!fault && mode != BPF_IMM)
                                value = mode == BPF_ABS ? words[k / 4] : mode == BPF_MEM ? memory[k] : sizeof *call;
                        *(BPF_CLASS(code[at].code) == BPF_LD ? &a : &x) = value;
                        break;
                }
                case BPF_ST:
                case BPF_STX:
                        fault = k >= BPF_MEMWORDS;
                        if (!fault)
                                memory[k] = BPF_CLASS(code[at].code) == BPF_ST ? a : x;
                        break;
                case BPF_ALU: a = alu(BPF_OP(code[at].code), a, b, &fault); break;
                case BPF_JMP:
                        at += BPF_OP(code[at].code) == BPF_JA               ? k
                              : compare(BPF_OP(code[at].code), a, b) ? code[at].jt
                                                                           : code[at].jf;
                        break;
                case BPF_RET: return BPF_RVAL(code[at].code) == BPF_A ? a : k;
                default: /* BPF_MISC */
                        if (BPF_MISCOP(code[at].code) == BPF_TAX)
                                x = a;
                        else
                                a = x;
                        break;
                }
                if (fault)
                        break;
        }
        return SECCOMP_RET_KILL_THREAD;
}

static bool is_harmless(uint32_t action)
{
        switch (action & SECCOMP_RET_ACTION_FULL) {
        case SECCOMP_RET_ALLOW:
        case SECCOMP_RET_LOG:
        case SECCOMP_RET_ERRNO: return true;
        default: return false;
        }
}

bool filter_allows(long number, const long arguments[6])
{
        struct seccomp_data call = {.nr = (int)number, .arch = ARCHITECTURE};
        for (unsigned i = 0; i < 6; i++)
                call.args[i] = (uint64_t)arguments[i];
        unsigned n = __atomic_load_n(&filters.n, __ATOMIC_ACQUIRE);
        for (unsigned i = 0; i < n; i++) {
                const struct filter *filter = &filters.all[i];
                bool is_strict = filter->program.len == 0;
                if (__atomic_load_n(&filter->refused, __ATOMIC_ACQUIRE))
                        continue;
                if (is_strict && (number == SYS_read || number == SYS_write || number == SYS_exit))
                        continue;
                if (is_strict || !is_harmless(run(&filter->program, &call)))
                        return false;
        }
        return true;
}

long filter_call(long number, const long arguments[6])
{
        if (filter_allows(number, arguments))
                return sys_call_unasked(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                                        arguments[5]);
        return number == SYS_getpid ? filters.pid : -EPERM;
}

static struct sock_fprog copy_of(const struct sock_fprog *program)
{
        struct sock_fprog given;
        if (!program || !probe_read((uintptr_t)program, &given, sizeof given) || given.len == 0)
                return (struct sock_fprog){0};
        size_t bytes = given.len * sizeof *given.filter;
        struct sock_filter *copy = pages_take(bytes);
        if (copy && probe_read((uintptr_t)given.filter, copy, bytes))
                return (struct sock_fprog){given.len, copy};
        if (copy)
                pages_give(copy, bytes);
        return (struct sock_fprog){0};
}

unsigned filter_begin(const struct sock_fprog *program)
{
        struct sock_fprog copy = copy_of(program);
        filters.pid = sys_call(SYS_getpid);
        unsigned n = __atomic_load_n(&filters.n, __ATOMIC_RELAXED);
        while (n < FILTERS && !__atomic_compare_exchange_n(&filters.n, &n, n + 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                ;
        if (n == FILTERS) { /* one that is not known: the last of the others stands for all that is forbidden */
                filters.all[n - 1] = (struct filter){0};
                return FILTERS;
        }
        filters.all[n] = (struct filter){.program = copy};
        __atomic_store_n(&filter_any, true, __ATOMIC_RELEASE);
        return n;
}

void filter_end(unsigned filter, bool installed)
{
        if (filter == FILTERS || installed)
                return;
        __atomic_store_n(&filters.all[filter].refused, true, __ATOMIC_RELEASE);
        unsigned n = filter + 1; /* programs ask in this way what the kernel can do */
        if (!__atomic_compare_exchange_n(&filters.n, &n, filter, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED) || filter)
                return;
        __atomic_store_n(&filter_any, false, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&filters.n, __ATOMIC_SEQ_CST)) /* another thread has begun with one */
                __atomic_store_n(&filter_any, true, __ATOMIC_SEQ_CST);
}
