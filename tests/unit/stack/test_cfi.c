/* What tables say, byte by byte, and what it comes down to */
#include "shim/stack/cfi.h"
#include "shim/stack/general.h"
#include "shim/stack/rule.h"

#include <criterion/criterion.h>
#include <string.h>

enum { CODE_BYTES = 4000, HEADER_BYTES = 20 };

/* A module of one function: .eh_frame_hdr, a CIE (CFA = sp + 8, return address at CFA - 8), an FDE with `program`. The
 * function is said to begin at the module's own first byte. */
struct made {
        struct module module;
        uint8_t bytes[512];
        size_t n;
};

static void add(struct made *m, const void *bytes, size_t n)
{
        memcpy(m->bytes + m->n, bytes, n);
        m->n += n;
}
static void add32(struct made *m, int64_t n) { add(m, &(int32_t){(int32_t)n}, 4); }

static void make(struct made *m, const char *augmentation, const uint8_t *program, size_t program_bytes)
{
        memset(m, 0, sizeof *m);
        add(m, "\x01\x1b\x03\x3b", 4);
        add32(m, HEADER_BYTES - 4);
        add32(m, 1);
        add32(m, 0);
        size_t fde_at = m->n; /* mended below */
        add32(m, 0);

        const uint8_t rest[] = {1, 0x78, REGISTER_RETURN, 1, 0x1b, 0x0c, REGISTER_SP, 8, 0x80 | REGISTER_RETURN, 1, 0, 0};
        size_t cie = m->n;
        add32(m, 0);
        add32(m, 0);
        add(m, "\x01", 1);
        add(m, augmentation, strlen(augmentation) + 1);
        add(m, rest, sizeof rest);
        memcpy(m->bytes + cie, &(uint32_t){(uint32_t)(m->n - cie - 4)}, 4);

        size_t fde = m->n;
        memcpy(m->bytes + fde_at, &(uint32_t){(uint32_t)fde}, 4);
        add32(m, 0);
        add32(m, (int64_t)(m->n - cie));
        add32(m, -(int64_t)m->n);
        add32(m, CODE_BYTES);
        add(m, "\0", 1);
        add(m, program, program_bytes);
        memcpy(m->bytes + fde, &(uint32_t){(uint32_t)(m->n - fde - 4)}, 4);

        uintptr_t start = (uintptr_t)m->bytes;
        m->module = (struct module){
                .start = start, .end = start + CODE_BYTES, .unwind_header = start, .segments = {{start, start + m->n}}};
}

static struct cfi_row row_at(struct made *m, unsigned offset)
{
        struct cfi_row row;
        cr_assert_eq(cfi_find(&m->module, (uintptr_t)m->bytes + offset, &row), CFI_FOUND, "at %u", offset);
        return row;
}

#define MAKE(m, ...) make(&(m), "zR", (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static uint32_t plain(unsigned from_fp, unsigned words, unsigned below)
{
        return from_fp | words << 1 | below << RULE_FP_SHIFT;
}

#if defined __x86_64__
Test(cfi, rows_begin_where_the_program_says)
{
        struct made m;
        /* push %rbp after 1 byte; mov %rsp,%rbp after 4; leave at 14 */
        MAKE(m, 0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6, 0x4a, 0x0c, 7, 8);
        struct cfi_row row = row_at(&m, 0);
        cr_assert_eq(rule_encode(&row), plain(0, 1, 0));
        row = row_at(&m, 1);
        cr_assert_eq(rule_encode(&row), plain(0, 2, 2));
        row = row_at(&m, 3);
        cr_assert_eq(rule_encode(&row), plain(0, 2, 2));
        row = row_at(&m, 4);
        cr_assert_eq(rule_encode(&row), plain(1, 2, 2));
        row = row_at(&m, 13);
        cr_assert_eq(rule_encode(&row), plain(1, 2, 2));
        row = row_at(&m, 14);
        cr_assert_eq(rule_encode(&row), plain(0, 1, 2));
}

#else
Test(cfi, a_frame_record_is_at_the_bottom_or_near_the_top)
{
        struct made m;
        MAKE(m, 0x0e, 96, 0x9d, 12, 0x9e, 11); /* stp x29, x30, [sp, -96]! */
        struct cfi_row row = row_at(&m, 0);
        cr_assert_eq(rule_encode(&row), plain(0, 12, RULE_FP_BOTTOM));
        MAKE(m, 0x0c, 29, 16, 0x9d, 2, 0x9e, 1); /* on top of all else, and the frame pointer to it */
        row = row_at(&m, 0);
        cr_assert_eq(rule_encode(&row), plain(1, 2, RULE_FP_BOTTOM));
        MAKE(m, 0x0e, 64, 0x9d, 4, 0x9e, 3); /* in between */
        row = row_at(&m, 0);
        cr_assert_eq(rule_encode(&row), plain(0, 8, 4));
}

Test(cfi, a_return_address_saved_alone_has_a_wide_rule)
{
        struct made m;
        MAKE(m, 0x0e, 32, 0x9e, 4); /* str x30, [sp, -32]! */
        struct cfi_row row = row_at(&m, 0);
        uint32_t rule = rule_encode(&row);
        cr_assert_geq(rule, RULE_WIDE_FIRST);
        cr_assert_eq(rule_wides[rule - RULE_WIDE_FIRST].return_offset, -32);
        cr_assert_eq(rule_wides[rule - RULE_WIDE_FIRST].fp_saved, 0);
        MAKE(m, 0x0e, 32, 0x9e, 3); /* the same one word higher is another rule */
        row = row_at(&m, 0);
        cr_assert_neq(rule_encode(&row), rule);
}

Test(cfi, a_return_address_in_a_register_goes_the_general_way)
{
        struct made m;
        MAKE(m, 0x08, REGISTER_RETURN);
        struct cfi_row row = row_at(&m, 0);
        cr_assert_eq(rule_encode(&row), RULE_GENERAL);
}

Test(cfi, a_signed_return_address_is_stripped)
{
        cr_assert_eq(return_address_strip(UINT64_C(0x00b7fffff7c01234)), UINT64_C(0xfffff7c01234));
}
#endif

Test(cfi, an_address_outside_of_all_functions_has_no_row)
{
        struct made m;
        struct cfi_row row;
        MAKE(m, 0);
        cr_assert_eq(cfi_find(&m.module, (uintptr_t)m.bytes + CODE_BYTES, &row), CFI_NONE);
        cr_assert_eq(cfi_find(&m.module, (uintptr_t)m.bytes - 1, &row), CFI_NONE);
        m.module.unwind_header = 0;
        cr_assert_eq(cfi_find(&m.module, (uintptr_t)m.bytes, &row), CFI_NONE);
}

Test(cfi, a_remembered_row_comes_back)
{
        struct made m;
        MAKE(m, 0x0e, 32, 0x0a, 0x44, 0x0e, 8, 0x44, 0x0b);
        struct cfi_row row = row_at(&m, 0);
        cr_assert_eq(row.cfa_offset, 32);
        row = row_at(&m, 4);
        cr_assert_eq(row.cfa_offset, 8);
        row = row_at(&m, 8);
        cr_assert_eq(row.cfa_offset, 32);
}

Test(cfi, what_nobody_can_call_is_outermost)
{
        struct made m;
        MAKE(m, 0x07, REGISTER_RETURN);
        struct cfi_row row = row_at(&m, 0);
        cr_assert_eq(rule_encode(&row), RULE_OUTERMOST);
}

#if defined __x86_64__
Test(cfi, frames_of_signals_and_odd_registers_go_the_general_way)
{
        struct made m;
        make(&m, "zRS", (const uint8_t[]){0}, 1);
        struct cfi_row row = row_at(&m, 0);
        cr_assert(row.signal_frame);
        cr_assert_eq(rule_encode(&row), RULE_GENERAL);
        MAKE(m, 0x0c, 3, 16); /* CFA = rbx + 16 */
        row = row_at(&m, 0);
        cr_assert_eq(rule_encode(&row), RULE_GENERAL);
        MAKE(m, 0x90, 2); /* the return address elsewhere */
        row = row_at(&m, 0);
        cr_assert_eq(rule_encode(&row), RULE_GENERAL);
}

Test(cfi, big_and_realigned_frames_have_wide_rules)
{
        struct made m;
        MAKE(m, 0x0e, 0x80, 0x80, 0x10); /* CFA = rsp + 262144 */
        struct cfi_row row = row_at(&m, 0);
        uint32_t rule = rule_encode(&row);
        cr_assert_geq(rule, RULE_WIDE_FIRST);
        cr_assert_eq(rule_wides[rule - RULE_WIDE_FIRST].cfa_offset, 262144);
        cr_assert_eq(rule_encode(&row), rule, "the same again");
        MAKE(m, 0x10, 6, 2, 0x76, 0, 0x0f, 3, 0x76, 0x78, 6); /* rbp at rbp; CFA = *(rbp - 8) */
        row = row_at(&m, 0);
        rule = rule_encode(&row);
        cr_assert_geq(rule, RULE_WIDE_FIRST);
        const struct rule_wide *wide = &rule_wides[rule - RULE_WIDE_FIRST];
        cr_assert(wide->cfa_in_memory && wide->cfa_from_fp && wide->fp_saved == 2);
        cr_assert_eq(wide->cfa_offset, -8);
        cr_assert_eq(wide->fp_offset, 0);
}

#endif

/* --- tables that make no sense --- */

Test(cfi, an_unknown_instruction_makes_it_bad)
{
        struct made m;
        struct cfi_row row;
        MAKE(m, 0x3d);
        cr_assert_eq(cfi_find(&m.module, (uintptr_t)m.bytes, &row), CFI_BAD);
        MAKE(m, 0x0b); /* nothing was remembered */
        cr_assert_eq(cfi_find(&m.module, (uintptr_t)m.bytes, &row), CFI_BAD);
        MAKE(m, 0x0f, 100, 0x76); /* an expression longer than the program */
        cr_assert_eq(cfi_find(&m.module, (uintptr_t)m.bytes, &row), CFI_BAD);
}

Test(cfi, tables_cut_anywhere_are_survived)
{
        struct made m;
        struct cfi_row row;
        MAKE(m, 0x41, 0x0e, 16, 0x86, 2, 0x0f, 3, 0x76, 0x78, 6);
        for (size_t n = 0; n < m.n; n++) {
                m.module.segments[0].end = m.module.start + n;
                cr_assert_neq(cfi_find(&m.module, m.module.start + 5, &row), CFI_FOUND, "%zu bytes", n);
        }
        m.module.segments[0].end = m.module.start + m.n;
        cr_assert_eq(cfi_find(&m.module, m.module.start + 5, &row), CFI_FOUND);
}

Test(cfi, endless_recursion_of_remembering_ends)
{
        struct made m;
        struct cfi_row row;
        uint8_t program[300];
        memset(program, 0x0a, sizeof program);
        make(&m, "zR", program, sizeof program);
        cr_assert_eq(cfi_find(&m.module, m.module.start, &row), CFI_BAD);
}

/* --- expressions --- */

static bool value(const uint8_t *code, size_t n, uint64_t *ret)
{
        static uint8_t bytes[64];
        static const uint64_t memory[2] = {77, 88};
        bytes[0] = (uint8_t)n;
        memcpy(bytes + 1, code, n);
        struct cfi_row row = {.origin = bytes};
        struct registers r = {.known = 1 << 6 | 1 << 7 | 1 << 16};
        r.value[6] = (uintptr_t)memory;
        r.value[7] = 1000;
        r.value[16] = 0x401016;
        struct reach reach = {.low = (uintptr_t)memory, .limit = (uintptr_t)(memory + 2), .own = true};
        return expression_value(&row, 0, &r, NULL, &reach, ret);
}

#define VALUE(ret, ...) value((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), ret)

Test(expression, the_linkage_table_is_computed)
{
        uint64_t v;
        /* As binutils writes it for .plt: rsp + 8 + ((rip & 15) >= 11) * 8 */
        cr_assert(VALUE(&v, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22));
        cr_assert_eq(v, 1008);
}

Test(expression, memory_is_read)
{
        uint64_t v;
        cr_assert(VALUE(&v, 0x76, 8, 0x06));
        cr_assert_eq(v, 88);
        cr_assert(VALUE(&v, 0x76, 0, 0x94, 1));
        cr_assert_eq(v, 77);
}

Test(expression, arithmetic_is_that_of_dwarf)
{
        uint64_t v;
        cr_assert(VALUE(&v, 0x09, 0xf8, 0x08, 3, 0x1b)); /* -8 / 3 */
        cr_assert_eq((int64_t)v, -2);
        cr_assert(VALUE(&v, 0x31, 0x32, 0x33, 0x17, 0x1c)); /* 1 2 3 rot: 3 1 2; 1 - 2 */
        cr_assert_eq((int64_t)v, -1);
        cr_assert(VALUE(&v, 0x35, 0x12, 0x1e, 0x23, 5)); /* 5 * 5 + 5 */
        cr_assert_eq(v, 30);
        cr_assert(VALUE(&v, 0x31, 0x28, 1, 0, 0x39, 0x34)); /* a branch over one byte */
        cr_assert_eq(v, 4);
}

Test(expression, nonsense_has_no_value)
{
        uint64_t v;
        cr_assert_not(VALUE(&v, 0x22));                   /* nothing to add */
        cr_assert_not(VALUE(&v, 0x31, 0x30, 0x1b));       /* by zero */
        cr_assert_not(VALUE(&v, 0x73, 0));                /* rbx is not known */
        cr_assert_not(VALUE(&v, 0x2f, 0xfd, 0xff));       /* itself for ever */
        cr_assert_not(VALUE(&v, 0x2f, 0x00, 0x40));       /* out of it */
        cr_assert_not(VALUE(&v, 0x31, 0x06));             /* the word at address 1 */
        cr_assert_not(VALUE(&v, 0x03, 1, 2));             /* cut */
        cr_assert_not(VALUE(&v, 0xf0));                   /* no such operation */
}
