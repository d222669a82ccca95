/* Walking with all registers: slow, and right where short rules do not suffice */
#ifndef UNFREED_SHIM_STACK_GENERAL_H
#define UNFREED_SHIM_STACK_GENERAL_H

#include "shim/stack/cfi.h"
#include "shim/stack/reach.h"
#include "shim/stack/registers.h"
#include "shim/stack/stack.h"

#include <stdbool.h>
#include <stdint.h>

struct registers {
        uint64_t value[REGISTERS];
        uint64_t pc;
        uint64_t known;   /* bit per register: its value is the one the frame had */
        bool interrupted; /* pc is where the frame was interrupted, not a return address */
};

enum general_end {
        GENERAL_OUTERMOST, /* as it should be: nobody called the last frame */
        GENERAL_LOST,      /* no rule, or a stack that makes no sense */
        GENERAL_FULL,      /* `visit` said stop */
};

/* Walk from `start`; `visit` gets the word of each frame, innermost first, until it returns false. */
enum general_end general_walk(const struct stack_start *start, struct reach *reach,
                              bool (*visit)(uint64_t word, void *context), void *context);

/* The stack pointer of the frame that lies n_inside frames further out than the one at `start`, if the stack ends at
 * most n_outside frames later; else 0. */
uintptr_t general_sp_outside(const struct stack_start *start, struct reach *reach, unsigned n_inside,
                             unsigned n_outside);

/* Does `start` lie in a signal handler that interrupted a function of this library, or what one has called? The stack
 * pointer where that happened, in *ret_signal_word the address of a word that stays as it is until the handler has
 * returned; of the outermost such handler. 0 = no. Looks at a few frames on either side of the signal. */
uintptr_t general_sp_interrupted(const struct stack_start *start, struct reach *reach, uintptr_t *ret_signal_word);

/* From a frame to its caller as `row` says. False when a value is needed that is not known or cannot be read; or when
 * the frame has no caller (*ret_outermost). */
bool registers_step(struct registers *r, const struct cfi_row *row, struct reach *reach, bool *ret_outermost);

/* Does the kernel return from signal handlers through this place, and no table says so? */
bool signal_return_is(uintptr_t pc);

/* The value of a DWARF expression. `cfa` is pushed first when not NULL. */
bool expression_value(const struct cfi_row *row, int32_t at, const struct registers *r, const uint64_t *cfa,
                      struct reach *reach, uint64_t *ret_value);

#endif
