/* Sites in words, while the program runs */
#ifndef UNFREED_SHIM_RECORD_DESCRIBE_H
#define UNFREED_SHIM_RECORD_DESCRIBE_H

#include "shim/leak/since.h"

enum { DESCRIBE_SITES_MAX = 256 };

/* What the CLI says of these sites (the first DESCRIBE_SITES_MAX of them), as text or as its JSON; where it cannot be
 * had, `module+offset` lines, and for JSON nothing. At most `size` bytes with the NUL go to `ret_text`; returns how
 * many there are without it, however small `size` is. 0 = it could not be done. Takes as long as starting a program
 * does. */
size_t describe_sites(const struct since_site *sites, size_t n, bool json, char *ret_text, size_t size);

/* One frame of a stack, as far as it can be told from inside. Strings stay as long as the process does. */
struct describe_frame {
        uintptr_t pc;         /* native: return address; 0 = Python */
        const char *module;   /* native: path, or NULL */
        uintptr_t offset;     /* native: from the module's symbol-table zero, what addr2line takes */
        const char *function; /* Python: qualified name */
        const char *file;     /* Python */
        int line;             /* Python: where the function begins */
};

/* The frames of a stack, innermost first: the Python ones, then the native ones. Stores `most` at most, returns how
 * many there are. */
size_t describe_frames(uint32_t stack, struct describe_frame *ret_frames, size_t most);

#endif
