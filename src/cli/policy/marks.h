/* What a frame is to the reader of a report: see marks.c */
#ifndef UNFREED_CLI_POLICY_MARKS_H
#define UNFREED_CLI_POLICY_MARKS_H

#include "cli/policy/finding.h"

/* enum frame_mark of a frame whose function is `function` (normalized, "" = not known) in `module` (normalized), which is
 * a shared object or a program. */
unsigned marks_of(const char *function, const char *module, bool is_library);

/* Is it a Python function of the import system? Python itself leaves those out of its tracebacks. */
bool marks_is_import(const struct frame *frame);

/* The entry point that a normalized function name stands for, or WIRE_ENTRY_NONE. */
enum wire_entry marks_entry(const char *function);

/* Do the innermost frames show a block that libc, ld.so or libstdc++ keeps for itself? */
bool marks_is_runtime_cache(const struct stack *stack);

/* Do the frames show a block that jemalloc, mimalloc or tcmalloc made for itself? `allocator`: path of the object whose
 * malloc was behind ours; may be NULL. */
bool marks_is_allocators_own(const struct stack *stack, const char *allocator);

#endif
