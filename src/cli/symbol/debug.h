/* DWARF: which calls, real and inlined, stand at an address
 *
 * Read lazily: a question costs one compilation unit's functions and line table, and the inlined calls of one function.
 * Answers of the same unit and function after that are binary searches.
 */
#ifndef UNFREED_CLI_SYMBOL_DEBUG_H
#define UNFREED_CLI_SYMBOL_DEBUG_H

#include "cli/symbol/symbol.h"
#include "cli/symbol/texts.h"

#include <libelf.h>

struct debug;

/* One call. Strings are in the texts or in the object file. */
struct debug_call {
        const char *name;    /* in the words of the source, with namespaces where it has no linkage name; or NULL */
        const char *linkage; /* mangled name, or NULL where it is the same */
        const char *file;    /* or NULL */
        int line;            /* 0 = not known */
        uint64_t entry;      /* of the outermost call: where its function begins */
        bool inlined;
        enum frame_language language;
};

/* NULL when the file has no debug information. The file and the texts must outlive it. */
struct debug *debug_new(Elf *elf, struct texts *texts);
void debug_free(struct debug *debug);

/* The calls at the address, innermost first; 0 when no unit says anything of it. Where the unit names a line but no
 * function, the only call has a file and a line and no name. */
size_t debug_find(struct debug *debug, uint64_t address, struct debug_call *ret_calls, size_t max);

#endif
