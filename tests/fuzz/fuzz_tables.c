/* Unwind tables of any bytes: .eh_frame_hdr, CIEs, FDEs, their programs and expressions.
 *
 * The bytes are a module's only segment. Byte 0: where in it the header is; byte 1: which addresses are asked for. What
 * the tables say is applied to registers and a stack that are all known, so that expressions run too. */
#include "fuzz/target.h"
#include "shim/stack/general.h"
#include "shim/stack/rule.h"

#include <stdlib.h>
#include <string.h>

size_t taken_in;

enum { STACK_WORDS = 64 };

static void row_apply(const struct cfi_row *row)
{
        uint64_t stack[STACK_WORDS];
        for (unsigned i = 0; i < STACK_WORDS; i++)
                stack[i] = i % 3 ? (uint64_t)(uintptr_t)&stack[(i * 7) % STACK_WORDS] : i;
        struct reach reach = {.low = (uintptr_t)stack, .limit = (uintptr_t)(stack + STACK_WORDS), .own = true};
        struct registers r = {.known = (UINT64_C(1) << REGISTERS) - 1, .pc = 0x1234};
        for (unsigned i = 0; i < REGISTERS; i++)
                r.value[i] = (uintptr_t)&stack[i];
        bool outermost;
        registers_step(&r, row, &reach, &outermost);
        uint32_t rule = rule_encode(row);
        if (rule > RULE_MASK)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
        if (n < 4)
                return 0;
        uintptr_t start = (uintptr_t)bytes + 2;
        size_t size = n - 2;
        struct module module = {
                .start = start,
                .end = start + size,
                .unwind_header = start + bytes[0] % size,
                .segments = {{start, start + size}},
        };
        bool found = false;
        for (unsigned i = 0; i < 8; i++) {
                struct cfi_row row;
                if (cfi_find(&module, start + (size_t)bytes[1] * i, &row) != CFI_FOUND)
                        continue;
                found = true;
                row_apply(&row);
        }
        taken_in += found;
        return 0;
}
