/* What the program said about its own memory, through unfreed.h */
#ifndef UNFREED_SHIM_LEAK_DECLARED_H
#define UNFREED_SHIM_LEAK_DECLARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DECLARED_ROOTS_MAX = 4096 };

/* Regions that hold pointers though they are no roots by themselves. False when there is no room for more, or for
 * remove when no such region was added. A region may be added several times and counts until it was removed as often.
 */
bool declared_root_add(uintptr_t start, size_t bytes);
bool declared_root_remove(uintptr_t start, size_t bytes);
void declared_roots_each(void (*visit)(uintptr_t start, uintptr_t end, void *context), void *context);

/* A block that was given to the program (or to libc on our behalf) without being recorded. It is in no table, so what
 * it points to would seem lost: it is a root until another block stands there. The first few are remembered. */
void declared_unseen(uintptr_t start, size_t bytes);
void declared_unseen_each(void (*visit)(uintptr_t start, uintptr_t end, void *context), void *context);

/* The block that starts here is held, whatever the marking says. False when there is none. */
bool declared_ignore(uintptr_t start);
/* Was there ever a block to ignore, in this image or one that it was forked from? */
bool declared_any_ignored(void);

#endif
