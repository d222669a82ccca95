/* Python strings into the arena's text */
#ifndef UNFREED_SHIM_PYTHON_TEXT_H
#define UNFREED_SHIM_PYTHON_TEXT_H

#include <stdint.h>

/* The text (UTF-8, cut at a few thousand bytes) of the str object at this address; 0 when it is none or cannot be
 * read. The same text is stored once, as far as a small cache remembers. One caller at a time. */
uint32_t text_of_str(uintptr_t object);

/* The arena is another now. */
void text_forget(void);

#endif
