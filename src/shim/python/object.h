/* Python objects, as the judgement meets them in memory */
#ifndef UNFREED_SHIM_PYTHON_OBJECT_H
#define UNFREED_SHIM_PYTHON_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The collector chains all objects that may be part of cycles by two words in front of each: who follows them finds
 * every such object held, also those that the program has lost. True when the block of the object domain at `start`
 * begins with them, or has them behind two words more (3.11 and later): then *ret_offset is where. `readable` says
 * whether so many bytes may be loaded; other threads are stopped. OBJECT_LINKS_BYTES of links. */
enum { OBJECT_LINKS_BYTES = 16 };
bool object_links_frozen(uintptr_t start, size_t bytes, bool (*readable)(uintptr_t address, size_t bytes),
                         unsigned *ret_offset);

/* The type object of the Python object in this block of the object domain; 0 when the block holds none, but something that
 * an object owns. *ret_immortal: it is never meant to be released (PEP 683, 3.12 and later). */
uintptr_t object_type_frozen(uintptr_t start, size_t bytes, bool (*readable)(uintptr_t address, size_t bytes),
                             bool *ret_immortal);

/* The name of a type that the above returned, as text in the arena; 0 when it cannot be read. */
uint32_t object_type_name_frozen(uintptr_t type, bool (*readable)(uintptr_t address, size_t bytes));

#endif
