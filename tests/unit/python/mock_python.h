/* An interpreter of paper: memory laid out as CPython 3.13's, and the functions that would be found in it */
#ifndef UNFREED_TESTS_MOCK_PYTHON_H
#define UNFREED_TESTS_MOCK_PYTHON_H

#include "shim/python/interpreter.h"

/* Recording begins, and `interpreter` is this one. */
void mock_begin(void);

/* A str of ASCII characters; of characters of `kind` bytes each; a code object; each at a place of its own. */
uintptr_t mock_ascii(const char *text);
uintptr_t mock_wide(const void *characters, unsigned n, unsigned kind);
uintptr_t mock_code(const char *filename, const char *qualname, int first_line);

/* The stack of this thread: frames are pushed inwards. `owner`: 0 a function's, 3 the C stack's. */
uintptr_t mock_push(uintptr_t code, unsigned lasti, unsigned owner);
void mock_pop(void);
void mock_move(uintptr_t frame, uintptr_t code, unsigned lasti);

/* What the getter of the current thread state answers: this thread's (the default), or NULL. */
void mock_hold_gil(bool held);
extern int mock_initialized;

#endif
