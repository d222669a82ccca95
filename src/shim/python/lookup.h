/* A symbol of this process, without dlsym */
#ifndef UNFREED_SHIM_PYTHON_LOOKUP_H
#define UNFREED_SHIM_PYTHON_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

/* The first definition of `name` in the order in which modules were loaded, our own module left out; NULL when there
 * is none. Also finds what was loaded without RTLD_GLOBAL. Takes ld.so's lock, allocates nothing, keeps errno. */
void *lookup_symbol(const char *name);

/* Does a module that is loaded ask for one of these names (NULL at the end), which another must define? The same holds.
 */
bool lookup_any_imported(const char *const *names);

/* The first function behind `address` in the program itself that has a name of CPython's; 0 when there is none. */
uintptr_t lookup_python_behind(uintptr_t address);

#endif
