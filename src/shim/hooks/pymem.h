/* CPython's allocators, hooked */
#ifndef UNFREED_SHIM_HOOKS_PYMEM_H
#define UNFREED_SHIM_HOOKS_PYMEM_H

#include <stdbool.h>

/* Look for an interpreter, and whether our layer lies over its allocators: at the constructor, and whenever it may
 * have come or may be initialising itself. Cheap when nothing has changed; keeps errno. */
void pymem_look(void);

/* Shall objects have stacks of their own from now on? Those that are alive stay as they are. */
void pymem_stacks(bool on);

/* Libraries were unloaded: is the interpreter still there? */
void pymem_unloaded(void);

/* The functions behind the doors of pydoor.c may be gone: look for them anew. */
void pydoor_forget(void);

#endif
