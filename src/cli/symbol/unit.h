/* Compilation units and the functions in them, as far as they have been read */
#ifndef UNFREED_CLI_SYMBOL_UNIT_H
#define UNFREED_CLI_SYMBOL_UNIT_H

#include "cli/symbol/debug.h"

#include <elfutils/libdw.h>

/* A call that the compiler inlined into a function, once for each place. */
struct inlined {
        Dwarf_Die die;
        bool is_read; /* name, linkage, file and line */
        const char *name, *linkage;
        const char *file; /* where it is called from */
        int line;
        uint32_t parent; /* index + 1 of the inlined call that contains this one; 0 = the function itself */
        uint32_t depth;  /* 1 = directly in the function */
};

struct span {
        uint64_t start, end;
        uint32_t owner; /* index into inlined, or into functions */
};

struct function {
        Dwarf_Die die;
        uint64_t entry;
        const char *name, *linkage;
        bool is_read; /* name, linkage and what follows */
        struct inlined *inlined;
        size_t n_inlined, max_inlined;
        struct span *spans; /* of the inlined calls, unsorted */
        size_t n_spans, max_spans;
};

/* A namespace, a class, or a function: the entries at [start, end) in .debug_info are in it. */
struct container {
        Dwarf_Off start, end;
        Dwarf_Die die;
        const char *name; /* NULL = has none */
        unsigned lambda;  /* which lambda of the function around it, from 1 on; 0 = is none */
};

/* All of one unit, which may also be one that only others import (dwz). */
struct containers {
        Dwarf_CU *cu;
        bool has_functions;
        struct container *all; /* in order of start */
        size_t n, max;
};

struct unit {
        Dwarf_Off offset; /* of its first entry */
        Dwarf_Die die;    /* owns the line table */
        Dwarf_Die body;   /* owns the functions: the same, but for split DWARF */
        enum frame_language language;
        const char *folder; /* the compiler's working directory, or NULL */

        bool has_functions, has_nested; /* the lists below were read; with functions inside functions */
        struct function *functions;
        size_t n_functions, max_functions;
        struct span *spans; /* of functions, by start */
        size_t n_spans, max_spans;

        bool has_lines;
        Dwarf_Lines *lines;
        size_t n_lines;
        Dwarf_Files *files;
        size_t n_files;
};

struct unit_range {
        uint64_t start, end;
        struct unit *unit;
};

struct debug {
        Dwarf *dwarf;
        struct texts *texts;
        struct unit **units; /* by offset */
        size_t n_units, max_units;
        struct unit_range *ranges; /* by start */
        size_t n_ranges, max_ranges;
        struct containers *containers; /* of the units that were asked for them */
        size_t n_containers, max_containers;
        bool has_all_units; /* also those that .debug_aranges does not mention */
};

/* The unit whose code is at the address, or NULL. */
struct unit *unit_find(struct debug *debug, uint64_t address);
void units_free(struct debug *debug);

/* The function of the unit whose code is at the address, with its inlined calls read; or NULL. */
struct function *function_find(struct debug *debug, struct unit *unit, uint64_t address);

/* The innermost inlined call at the address: index + 1, or 0. */
uint32_t function_innermost(const struct function *function, uint64_t address);

/* The inlined call with this index, read. Few of them are ever asked for, and a large function has thousands. */
const struct inlined *function_inlined(struct debug *debug, struct unit *unit, struct function *function, uint32_t i);

/* The name of a function that has no linkage name, with the scopes that it is in. */
const char *scope_qualify(struct debug *debug, Dwarf_Die *function, enum frame_language language);

/* What the line table says of the address, which is in `function` (or NULL); outputs untouched when it says nothing. */
void line_find(struct debug *debug, struct unit *unit, const struct function *function, uint64_t address,
               const char **ret_file, int *ret_line);
/* The n-th file of the unit's line table, or NULL. */
const char *line_file(struct debug *debug, struct unit *unit, Dwarf_Word n);

/* `path` made absolute with `folder` where it is not (and the folder is), without . and .. where they can be told. */
const char *path_normalize(struct texts *texts, const char *folder, const char *path);

#endif
