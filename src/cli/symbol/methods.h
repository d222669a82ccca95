/* Functions of stripped extension modules, by the tables that tell them to CPython
 *
 * A PyMethodDef is {name, function, flags, doc}. Two words of it are addresses, so the linker wrote relocations for
 * them, side by side, which strip must leave alone: one to a text, one to the start of a function. Where functions
 * start and end, the table of .eh_frame_hdr says.
 */
#ifndef UNFREED_CLI_SYMBOL_METHODS_H
#define UNFREED_CLI_SYMBOL_METHODS_H

#include "cli/symbol/file.h"

struct methods;

/* Never NULL; empty when the file has no such tables. The file must outlive it. */
struct methods *methods_new(const struct elf_file *file);
void methods_free(struct methods *methods);

/* The name in the table of the function that covers the address, or NULL. */
const char *methods_find(const struct methods *methods, uint64_t address);

#endif
