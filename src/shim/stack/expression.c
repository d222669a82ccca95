/* DWARF expressions in unwind tables
 *
 * A stack machine, DWARF 5 section 2.5. Met in practice: procedure linkage tables (the CFA depends on the low bits of
 * the pc), functions that realign their stack, signal trampolines, and hand-written assembly. Operations that unwind
 * tables cannot contain are refused. Backward branches are possible, so the number of steps is bounded.
 */
#include "shim/stack/general.h"

enum { STACK_WORDS = 32, STEPS_MAX = 1000 };

enum {
        OP_ADDR = 0x03, OP_DEREF = 0x06, OP_CONST1U = 0x08, OP_CONST8S = 0x0f, OP_CONSTU = 0x10, OP_CONSTS = 0x11,
        OP_DUP = 0x12, OP_DROP = 0x13, OP_OVER = 0x14, OP_PICK = 0x15, OP_SWAP = 0x16, OP_ROT = 0x17, OP_ABS = 0x19,
        OP_AND = 0x1a, OP_DIV = 0x1b, OP_MINUS = 0x1c, OP_MOD = 0x1d, OP_MUL = 0x1e, OP_NEG = 0x1f, OP_NOT = 0x20,
        OP_OR = 0x21, OP_PLUS = 0x22, OP_PLUS_UCONST = 0x23, OP_SHL = 0x24, OP_SHR = 0x25, OP_SHRA = 0x26,
        OP_XOR = 0x27, OP_BRA = 0x28, OP_EQ = 0x29, OP_GE = 0x2a, OP_GT = 0x2b, OP_LE = 0x2c, OP_LT = 0x2d,
        OP_NE = 0x2e, OP_SKIP = 0x2f, OP_LIT0 = 0x30, OP_LIT31 = 0x4f, OP_BREG0 = 0x70, OP_BREG31 = 0x8f,
        OP_BREGX = 0x92, OP_DEREF_SIZE = 0x94, OP_NOP = 0x96,
};

struct evaluation {
        struct bytes code;
        const uint8_t *first;
        const struct registers *registers;
        struct reach *reach;
        unsigned n;
        bool bad;
        uint64_t stack[STACK_WORDS];
};

static void push(struct evaluation *e, uint64_t value)
{
        if (e->n == STACK_WORDS)
                e->bad = true;
        else
                e->stack[e->n++] = value;
}

/* The k-th from the top, 0 = the top. */
static uint64_t *peek(struct evaluation *e, uint64_t k)
{
        static uint64_t scrap;
        if (k < e->n)
                return &e->stack[e->n - 1 - k];
        e->bad = true;
        return &scrap;
}

static uint64_t pop(struct evaluation *e)
{
        uint64_t value = *peek(e, 0);
        if (e->n > 0)
                --e->n;
        return value;
}

static void push_register(struct evaluation *e, uint64_t number, int64_t offset)
{
        if (number >= REGISTERS || !(e->registers->known >> number & 1))
                e->bad = true;
        else
                push(e, e->registers->value[number] + (uint64_t)offset);
}

static void dereference(struct evaluation *e, unsigned bytes)
{
        uint64_t word = 0;
        if (bytes == 0 || bytes > 8 || !reach_read(e->reach, pop(e), &word))
                e->bad = true;
        else
                push(e, bytes == 8 ? word : word & ((UINT64_C(1) << 8 * bytes) - 1));
}

static void constant(struct evaluation *e, uint8_t op)
{
        unsigned bytes = 1u << (op - OP_CONST1U) / 2; /* pairs of 1, 2, 4 and 8 bytes: unsigned, signed */
        uint64_t value = bytes_number(&e->code, bytes);
        unsigned unused = 64 - 8 * bytes;
        if ((op - OP_CONST1U) % 2 == 1)
                value = (uint64_t)((int64_t)(value << unused) >> unused);
        push(e, value);
}

static void branch(struct evaluation *e, bool taken)
{
        int16_t by = (int16_t)bytes_number(&e->code, 2);
        if (!taken || e->code.bad)
                return;
        if (by < e->first - e->code.at || by > e->code.end - e->code.at)
                e->bad = true;
        else
                e->code.at += by;
}

static bool rearrange(struct evaluation *e, uint8_t op)
{
        uint64_t top;
        switch (op) {
        case OP_DUP: push(e, *peek(e, 0)); return true;
        case OP_DROP: pop(e); return true;
        case OP_OVER: push(e, *peek(e, 1)); return true;
        case OP_PICK: push(e, *peek(e, bytes_number(&e->code, 1))); return true;
        case OP_SWAP:
                top = *peek(e, 0);
                *peek(e, 0) = *peek(e, 1);
                *peek(e, 1) = top;
                return true;
        case OP_ROT:
                top = *peek(e, 0);
                *peek(e, 0) = *peek(e, 1);
                *peek(e, 1) = *peek(e, 2);
                *peek(e, 2) = top;
                return true;
        default: return false;
        }
}

static bool unary(struct evaluation *e, uint8_t op)
{
        uint64_t *top = peek(e, 0);
        switch (op) {
        case OP_ABS: *top = (int64_t)*top < 0 ? -*top : *top; return true;
        case OP_NEG: *top = -*top; return true;
        case OP_NOT: *top = ~*top; return true;
        case OP_PLUS_UCONST: *top += bytes_uleb(&e->code); return true;
        default: return false;
        }
}

/* `a` was pushed before `b`. */
static bool binary(struct evaluation *e, uint8_t op)
{
        uint64_t b = *peek(e, 0), a = *peek(e, 1), value;
        int64_t sa = (int64_t)a, sb = (int64_t)b;
        switch (op) {
        case OP_AND: value = a & b; break;
        case OP_OR: value = a | b; break;
        case OP_XOR: value = a ^ b; break;
        case OP_PLUS: value = a + b; break;
        case OP_MINUS: value = a - b; break;
        case OP_MUL: value = a * b; break;
        case OP_SHL: value = b < 64 ? a << b : 0; break;
        case OP_SHR: value = b < 64 ? a >> b : 0; break;
        case OP_SHRA: value = (uint64_t)(sa >> (b < 64 ? b : 63)); break;
        case OP_EQ: value = a == b; break;
        case OP_NE: value = a != b; break;
        case OP_GE: value = sa >= sb; break;
        case OP_GT: value = sa > sb; break;
        case OP_LE: value = sa <= sb; break;
        case OP_LT: value = sa < sb; break;
        case OP_DIV:
                e->bad |= sb == 0 || sb == -1; /* nobody divides by these, and x86 would trap */
                value = e->bad ? 0 : (uint64_t)(sa / sb);
                break;
        case OP_MOD:
                e->bad |= b == 0;
                value = e->bad ? 0 : a % b;
                break;
        default: return false;
        }
        pop(e);
        *peek(e, 0) = value;
        return true;
}

static void operation(struct evaluation *e, uint8_t op)
{
        if (op >= OP_LIT0 && op <= OP_LIT31)
                push(e, op - OP_LIT0);
        else if (op >= OP_BREG0 && op <= OP_BREG31)
                push_register(e, op - OP_BREG0, bytes_sleb(&e->code));
        else if (op >= OP_CONST1U && op <= OP_CONST8S)
                constant(e, op);
        else if (op == OP_BREGX) {
                uint64_t number = bytes_uleb(&e->code);
                push_register(e, number, bytes_sleb(&e->code));
        } else if (op == OP_ADDR)
                push(e, bytes_number(&e->code, 8));
        else if (op == OP_CONSTU)
                push(e, bytes_uleb(&e->code));
        else if (op == OP_CONSTS)
                push(e, (uint64_t)bytes_sleb(&e->code));
        else if (op == OP_DEREF)
                dereference(e, 8);
        else if (op == OP_DEREF_SIZE)
                dereference(e, (unsigned)bytes_number(&e->code, 1));
        else if (op == OP_SKIP)
                branch(e, true);
        else if (op == OP_BRA)
                branch(e, pop(e) != 0);
        else if (op != OP_NOP && !rearrange(e, op) && !unary(e, op) && !binary(e, op))
                e->bad = true;
}

bool expression_value(const struct cfi_row *row, int32_t at, const struct registers *r, const uint64_t *cfa,
                      struct reach *reach, uint64_t *ret_value)
{
        struct evaluation e = {.registers = r, .reach = reach};
        /* cfi_run() made sure that the length and the bytes are there; 10 bytes hold any ULEB of 64 bits. */
        e.code = (struct bytes){row->origin + at, row->origin + at + 10, false};
        uint64_t length = bytes_uleb(&e.code);
        e.code.end = e.code.at + length;
        e.first = e.code.at;
        if (cfa)
                push(&e, *cfa);
        for (unsigned steps = 0; bytes_left(&e.code) > 0 && !e.bad; ++steps) {
                operation(&e, (uint8_t)bytes_number(&e.code, 1));
                e.bad |= steps == STEPS_MAX;
        }
        if (e.bad || e.code.bad || e.n == 0)
                return false;
        *ret_value = *peek(&e, 0);
        return true;
}
