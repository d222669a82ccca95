/* Symbol tables: names of functions, or of data, whatever was stripped
 *
 * All that can be had is put together and sorted by address: .dynsym, .symtab of the file or of its separate debug
 * file, and the small table that some distributions leave inside .gnu_debugdata.
 *
 * Libraries give one function several names (strdup, __strdup, __GI___strdup). The one that is taken must be the same
 * on a machine that has only .dynsym, so exported names come first, then those with the fewest leading underscores.
 */
#ifndef UNFREED_CLI_SYMBOL_TABLE_H
#define UNFREED_CLI_SYMBOL_TABLE_H

#include "cli/symbol/file.h"

struct table;

struct table_symbol {
        uint64_t start, end; /* end exclusive */
        const char *name;    /* with a version behind @ where the table says so; lives as long as the table */
        bool exported;       /* of .dynsym */
        bool sized;          /* the table gives its size; otherwise it ends where the next begins */
        uint8_t binding;
};

enum table_kind { TABLE_OF_FUNCTIONS, TABLE_OF_DATA /* not of thread-local storage */ };

/* Either file may be NULL. Never NULL, but possibly empty. The files must stay open as long as the table. */
struct table *table_new(const struct elf_file *main, const struct elf_file *debug, enum table_kind kind);
void table_free(struct table *table);

/* The best-named function (or datum) that covers the address, or NULL. */
const struct table_symbol *table_find(const struct table *table, uint64_t address);

/* The n-th symbol by address, or NULL past the last. */
const struct table_symbol *table_at(const struct table *table, size_t n);

#endif
