/* Call frame information: how to get from a function to its caller */
#ifndef UNFREED_SHIM_STACK_CFI_H
#define UNFREED_SHIM_STACK_CFI_H

#include "shim/stack/bytes.h"
#include "shim/stack/module.h"
#include "shim/stack/registers.h"

#include <stdbool.h>
#include <stdint.h>

/* Where the caller's value of a register is. `value` is an offset in bytes, a register, or where an expression is. */
enum cfi_how {
        CFI_SAME, /* not touched, or nothing was said */
        CFI_UNDEFINED,
        CFI_AT_CFA,      /* in memory at CFA + value */
        CFI_CFA_PLUS,    /* it is CFA + value */
        CFI_REGISTER,    /* in register `value` */
        CFI_EXPRESSION,  /* in memory where the expression says; it begins with CFA on its stack */
        CFI_VALUE_OF,    /* it is what the expression says */
};

/* Everything the tables say about one address. An expression is a ULEB length and its bytes, `value` bytes after
 * `origin`; it lies wholly inside `origin`'s segment. */
struct cfi_row {
        const uint8_t *origin;
        int32_t cfa_offset;
        uint8_t cfa_register;
        bool cfa_is_expression; /* at origin + cfa_offset */
        bool signal_frame;      /* the caller was interrupted: its pc is the instruction itself, not one past a call */
        uint8_t how[REGISTERS];
        int32_t value[REGISTERS];
};

enum cfi_answer {
        CFI_FOUND,
        CFI_NONE, /* the tables do not speak of this address */
        CFI_BAD,  /* they make no sense, or use something that nobody uses */
};

/* What is said about the instruction at `address` (of a caller: its return address - 1), which is in `module`; NULL = in
 * none, then what __register_frame() said (made.h). Never reads outside the module's segments, never loops for longer
 * than the tables are. ~1 µs. */
enum cfi_answer cfi_find(const struct module *module, uintptr_t address, struct cfi_row *ret_row);

/* An FDE and its CIE, taken apart. Pointers into the module. */
struct fde {
        uintptr_t start, end; /* code that it speaks of */
        struct bytes cie_program, program;
        const uint8_t *origin; /* start of the segment that it lies in */
        uint64_t code_align;
        int64_t data_align;
        uint8_t return_column;
        bool signal_frame;
};

/* Go through a list of records: the FDE at *at, or the next one; *at becomes what follows it. False: the list ends. */
bool fde_next(const struct module *module, uintptr_t *at, struct fde *ret_fde);

/* Find the FDE that speaks of `address`. */
enum cfi_answer fde_find(const struct module *module, uintptr_t address, struct fde *ret_fde);

/* Run the FDE's program as far as `address`. */
enum cfi_answer cfi_run(const struct fde *fde, uintptr_t address, struct cfi_row *ret_row);

#endif
