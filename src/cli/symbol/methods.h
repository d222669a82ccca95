/* Functions of stripped extension modules, by the tables that tell them to CPython
 *
 * A PyTypeObject has its dotted name and, further on, the functions behind __new__, __dealloc__ and the like, each at
 * an offset that has not changed since 3.8. A PyMethodDef is {name, function, flags, doc}. Two words of it are
 * addresses, so the linker wrote relocations for them, side by side, which strip must leave alone: one to a text, one
 * to the start of a function. Where functions start and end, the table of .eh_frame_hdr says.
 */
#ifndef UNFREED_CLI_SYMBOL_METHODS_H
#define UNFREED_CLI_SYMBOL_METHODS_H

#include "cli/symbol/file.h"
#include "cli/symbol/texts.h"

struct methods;

/* Never NULL; empty when the file has no such tables. The file and the texts must outlive it. */
struct methods *methods_new(const struct elf_file *file, struct texts *texts);
void methods_free(struct methods *methods);

/* The name in a table of the function that covers the address, with dots in it when it is that of a type; or NULL. */
const char *methods_find(const struct methods *methods, uint64_t address);

#endif
