/* Running call frame programs
 *
 * A CIE's and an FDE's program describe, row by row, how the caller's registers are found at each address of a
 * function: DWARF 5 section 6.4, with the GNU extensions that gcc and binutils emit. We run it as far as the wanted
 * address and keep the last row.
 *
 * Programs are foreign bytes: an unknown instruction, too deep a stack of remembered rows or an offset of 2 GiB makes
 * the whole answer CFI_BAD. A register number past those of this processor is skipped, as is right for vector ones.
 */
#include "shim/stack/cfi.h"

#include "shim/stack/made.h"
#include "shim/stack/module.h"

#include <link.h>

enum { REMEMBERED = 8 };

enum {
        CFA_NOP = 0x00,
        CFA_SET_LOC = 0x01,
        CFA_ADVANCE_LOC1 = 0x02,
        CFA_ADVANCE_LOC2 = 0x03,
        CFA_ADVANCE_LOC4 = 0x04,
        CFA_OFFSET_EXTENDED = 0x05,
        CFA_RESTORE_EXTENDED = 0x06,
        CFA_UNDEFINED = 0x07,
        CFA_SAME_VALUE = 0x08,
        CFA_REGISTER = 0x09,
        CFA_REMEMBER_STATE = 0x0a,
        CFA_RESTORE_STATE = 0x0b,
        CFA_DEF_CFA = 0x0c,
        CFA_DEF_CFA_REGISTER = 0x0d,
        CFA_DEF_CFA_OFFSET = 0x0e,
        CFA_DEF_CFA_EXPRESSION = 0x0f,
        CFA_EXPRESSION = 0x10,
        CFA_OFFSET_EXTENDED_SF = 0x11,
        CFA_DEF_CFA_SF = 0x12,
        CFA_DEF_CFA_OFFSET_SF = 0x13,
        CFA_VAL_OFFSET = 0x14,
        CFA_VAL_OFFSET_SF = 0x15,
        CFA_VAL_EXPRESSION = 0x16,
        CFA_AARCH64_NEGATE_RA_STATE = 0x2d, /* on x86-64 the same number is SPARC's and never seen */
        CFA_GNU_ARGS_SIZE = 0x2e,
        CFA_GNU_NEGATIVE_OFFSET_EXTENDED = 0x2f,
        CFA_ADVANCE_LOC = 0x40, /* these three have their operand in the low six bits */
        CFA_OFFSET = 0x80,
        CFA_RESTORE = 0xc0,
};

struct machine {
        const struct fde *fde;
        uintptr_t location;
        bool bad;
        unsigned n_remembered;
        struct cfi_row row, initial;
        struct cfi_row remembered[REMEMBERED];
};

static int32_t narrow(struct machine *m, int64_t value)
{
        if (value != (int32_t)value)
                m->bad = true;
        return (int32_t)value;
}

static int64_t scaled(const struct machine *m, int64_t n) { return (int64_t)((uint64_t)n * (uint64_t)m->fde->data_align); }

static void row_set(struct machine *m, uint64_t number, enum cfi_how how, int64_t value)
{
        if (number >= REGISTERS)
                return;
        m->row.how[number] = (uint8_t)how;
        m->row.value[number] = narrow(m, value);
}

static void row_restore(struct machine *m, uint64_t number)
{
        if (number < REGISTERS)
                row_set(m, number, m->initial.how[number], m->initial.value[number]);
}

/* Step over an expression; its place relative to the origin. */
static int64_t expression_skip(struct bytes *b, const uint8_t *origin)
{
        int64_t at = b->at - origin;
        bytes_skip(b, bytes_uleb(b));
        return at;
}

static void cfa_set(struct machine *m, uint64_t number, int64_t offset)
{
        m->bad |= number >= REGISTERS;
        m->row.cfa_register = (uint8_t)number;
        m->row.cfa_offset = narrow(m, offset);
        m->row.cfa_is_expression = false;
}

static void state_remember(struct machine *m)
{
        if (m->n_remembered == REMEMBERED)
                m->bad = true;
        else
                m->remembered[m->n_remembered++] = m->row;
}

static void state_restore(struct machine *m)
{
        if (m->n_remembered == 0)
                m->bad = true;
        else
                m->row = m->remembered[--m->n_remembered];
}

/* The instructions that say where the CFA is. False: not one of them. */
static bool cfa_instruction(struct machine *m, struct bytes *b, uint8_t code)
{
        uint64_t number;
        switch (code) {
        case CFA_DEF_CFA:
                number = bytes_uleb(b);
                cfa_set(m, number, (int64_t)bytes_uleb(b));
                return true;
        case CFA_DEF_CFA_SF:
                number = bytes_uleb(b);
                cfa_set(m, number, scaled(m, bytes_sleb(b)));
                return true;
        case CFA_DEF_CFA_REGISTER: cfa_set(m, bytes_uleb(b), m->row.cfa_offset); return true;
        case CFA_DEF_CFA_OFFSET: cfa_set(m, m->row.cfa_register, (int64_t)bytes_uleb(b)); return true;
        case CFA_DEF_CFA_OFFSET_SF: cfa_set(m, m->row.cfa_register, scaled(m, bytes_sleb(b))); return true;
        case CFA_DEF_CFA_EXPRESSION:
                m->row.cfa_offset = narrow(m, expression_skip(b, m->row.origin));
                m->row.cfa_is_expression = true;
                return true;
        default: return false;
        }
}

/* The instructions that say where a register is, and what does nothing. */
static void register_instruction(struct machine *m, struct bytes *b, uint8_t code)
{
        uint64_t number = code == CFA_REMEMBER_STATE || code == CFA_RESTORE_STATE || code == CFA_NOP ||
                                          code == CFA_AARCH64_NEGATE_RA_STATE
                                  ? 0
                                  : bytes_uleb(b);
        switch (code) {
        case CFA_NOP:
        case CFA_GNU_ARGS_SIZE:
        case CFA_AARCH64_NEGATE_RA_STATE: break;
        case CFA_OFFSET_EXTENDED: row_set(m, number, CFI_AT_CFA, scaled(m, (int64_t)bytes_uleb(b))); break;
        case CFA_OFFSET_EXTENDED_SF: row_set(m, number, CFI_AT_CFA, scaled(m, bytes_sleb(b))); break;
        case CFA_GNU_NEGATIVE_OFFSET_EXTENDED:
                row_set(m, number, CFI_AT_CFA, scaled(m, -(int64_t)bytes_uleb(b)));
                break;
        case CFA_RESTORE_EXTENDED: row_restore(m, number); break;
        case CFA_UNDEFINED: row_set(m, number, CFI_UNDEFINED, 0); break;
        case CFA_SAME_VALUE: row_set(m, number, CFI_SAME, 0); break;
        case CFA_REGISTER: row_set(m, number, CFI_REGISTER, (int64_t)bytes_uleb(b)); break;
        case CFA_REMEMBER_STATE: state_remember(m); break;
        case CFA_RESTORE_STATE: state_restore(m); break;
        case CFA_EXPRESSION: row_set(m, number, CFI_EXPRESSION, expression_skip(b, m->row.origin)); break;
        case CFA_VAL_EXPRESSION: row_set(m, number, CFI_VALUE_OF, expression_skip(b, m->row.origin)); break;
        case CFA_VAL_OFFSET: row_set(m, number, CFI_CFA_PLUS, scaled(m, (int64_t)bytes_uleb(b))); break;
        case CFA_VAL_OFFSET_SF: row_set(m, number, CFI_CFA_PLUS, scaled(m, bytes_sleb(b))); break;
        default: m->bad = true;
        }
}

static void location_advance(struct machine *m, uint64_t units) { m->location += units * m->fde->code_align; }

/* Run until the program ends or its next row would begin after `address`. */
static void program_run(struct machine *m, struct bytes b, uintptr_t address)
{
        while (bytes_left(&b) > 0 && !m->bad && m->location <= address) {
                uint8_t code = (uint8_t)bytes_number(&b, 1);
                uint8_t low = code & 0x3f;
                switch (code & 0xc0) {
                case CFA_ADVANCE_LOC: location_advance(m, low); continue;
                case CFA_OFFSET: row_set(m, low, CFI_AT_CFA, scaled(m, (int64_t)bytes_uleb(&b))); continue;
                case CFA_RESTORE: row_restore(m, low); continue;
                }
                switch (code) {
                case CFA_ADVANCE_LOC1: location_advance(m, bytes_number(&b, 1)); break;
                case CFA_ADVANCE_LOC2: location_advance(m, bytes_number(&b, 2)); break;
                case CFA_ADVANCE_LOC4: location_advance(m, bytes_number(&b, 4)); break;
                case CFA_SET_LOC: m->bad = true; break; /* an encoded pointer; no compiler emits it */
                default:
                        if (!cfa_instruction(m, &b, code))
                                register_instruction(m, &b, code);
                }
        }
        m->bad |= b.bad;
}

enum cfi_answer cfi_run(const struct fde *fde, uintptr_t address, struct cfi_row *ret_row)
{
        struct machine m;
        m.fde = fde;
        m.location = fde->start;
        m.bad = false;
        m.n_remembered = 0;
        m.row = (struct cfi_row){.origin = fde->origin, .cfa_register = REGISTERS, .signal_frame = fde->signal_frame};
        m.initial = m.row;
        program_run(&m, fde->cie_program, UINTPTR_MAX);
        m.initial = m.row;
        m.location = fde->start;
        program_run(&m, fde->program, address);
        if (m.bad || (!m.row.cfa_is_expression && m.row.cfa_register >= REGISTERS))
                return CFI_BAD;
        *ret_row = m.row;
        return CFI_FOUND;
}

/* Where the kernel starts ld.so, which runs the libraries' constructors from there, there is no table: nobody called it.
 */
static bool is_first_code(const struct module *module, uintptr_t address)
{
        enum { FIRST_CODE_BYTES = 64 }; /* _start and _dl_start_user (glibc, sysdeps/x86_64/dl-machine.h: 61) */
        if (module->start == 0 || module->start != module_loader.start)
                return false;
        const ElfW(Ehdr) *head = (const void *)module->start;
        return address - (module->bias + head->e_entry) < FIRST_CODE_BYTES;
}

enum cfi_answer cfi_find(const struct module *module, uintptr_t address, struct cfi_row *ret_row)
{
        struct fde fde;
        enum cfi_answer answer = CFI_NONE;
        if (module)
                answer = fde_find(module, address, &fde);
        else if (made_find(address, &fde))
                answer = CFI_FOUND;
        if (answer == CFI_NONE && module && is_first_code(module, address)) {
                *ret_row = (struct cfi_row){.how[REGISTER_RETURN] = CFI_UNDEFINED};
                return CFI_FOUND;
        }
        return answer == CFI_FOUND ? cfi_run(&fde, address, ret_row) : answer;
}
