/* What can be told of an ELF file about how well it will be seen */
#ifndef UNFREED_CLI_COLLECT_INSPECT_H
#define UNFREED_CLI_COLLECT_INSPECT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct inspection {
        bool own_malloc;   /* defines malloc where its own calls find it before ours */
        bool has_lines;    /* DWARF line tables, in itself or in the separate file */
        bool has_symbols;  /* names of functions, beyond those that it exports */
        bool has_unwind;   /* .eh_frame */
        bool is_go;        /* built by Go, which has a heap of its own */
        char debug_file[PATH_MAX]; /* the separate file, by build-id; "" = none is installed */
        char loader[PATH_MAX];     /* PT_INTERP; "" = none */
};

/* False when it is no ELF file that can be read. */
bool inspect_file(const char *path, struct inspection *ret_inspection);

/* The libraries that the loader would load for it, paths with newlines between, in memory of the caller's; NULL when
 * the loader cannot say. The program itself is not run. */
char *inspect_libraries(const char *path, const char *loader);

#endif
