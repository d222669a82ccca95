/* Functions that Cython made, by the names that their .pyx gives them
 *
 * Cython turns def mismatch(n) of demo.pyx into __pyx_pw_4demo_1mismatch, which unpacks the arguments, and
 * __pyx_pf_4demo_mismatch, which does the work and is mostly inlined into the first. A person wrote one function; they
 * become one frame, demo.mismatch, at a line of demo.pyx where that can be found:
 *
 *      1. DWARF names the .pyx itself (emit_linenums);
 *      2. cython_debug/cython_debug_info_MODULE beside the generated C (cython --gdb);
 *      3. the last comment with a .pyx line at or above the line of the generated C, if that is still there;
 *      4. the name alone.
 */
#ifndef UNFREED_CLI_SYMBOL_CYTHON_H
#define UNFREED_CLI_SYMBOL_CYTHON_H

#include "cli/symbol/symbol.h"
#include "cli/symbol/table.h"
#include "cli/symbol/texts.h"

struct cython;

/* NULL when the file is no extension module of CPython and has nothing of Cython in it. The file and the table must
 * outlive it. */
struct cython *cython_new(const struct elf_file *file, const struct table *table);
void cython_free(struct cython *cython);

/* Rename the frames of one address; returns how many are left. */
size_t cython_name(struct cython *cython, struct texts *texts, uint64_t address, struct frame *frames, size_t n);

#endif
