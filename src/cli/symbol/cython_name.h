/* How Cython makes C names from Python's, undone */
#ifndef UNFREED_CLI_SYMBOL_CYTHON_NAME_H
#define UNFREED_CLI_SYMBOL_CYTHON_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum { CYTHON_NAME_MAX = 512 };

/* Does a string exist that says the function has this dotted name? */
typedef bool cython_name_exists(void *user, const char *dotted);

/* The part of a symbol that Cython made ("__pyx_…"), also out of a C++ mangled name; NULL = it made none of it. */
const char *cython_name_begin(const char *symbol);

/* How long that part is: without what C++ mangling and the compiler's clones put behind it. */
size_t cython_name_bytes(const char *symbol);

/* The dotted name behind a symbol; false when it is none of a function of the .pyx. Names of wrappers and bodies hold a
 * counter that looks like the length of a scope, so they may be read in several ways: one that exists is taken, else
 * the likeliest. *ret_has_lines: whether the C of such functions says which .pyx lines it is made from. */
bool cython_name_decode(const char *symbol, cython_name_exists *exists, void *user, char ret_name[CYTHON_NAME_MAX],
                        bool *ret_has_lines);

#endif
