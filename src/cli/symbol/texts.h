/* Text that lives as long as the symbols do
 *
 * A report repeats few strings very often: paths of source files, names of functions. They are kept once, in large
 * pieces, and given back all together. Two interned strings with the same bytes are the same pointer, and each has a
 * number, so that a set of strings can be written to a file as it is.
 * Out of memory ends the program with a message: a report without names is not worth carrying on for.
 */
#ifndef UNFREED_CLI_SYMBOL_TEXTS_H
#define UNFREED_CLI_SYMBOL_TEXTS_H

#include <stddef.h>
#include <stdint.h>

struct texts {
        struct texts_piece *piece; /* the newest; each knows the one before */
        const char **all;          /* by number; [0] is NULL: no text */
        uint32_t n, max;
        uint32_t *places; /* open addressing: number of the text, 0 = free; n_places is a power of two > n */
        uint32_t n_places;
};

void texts_init(struct texts *texts);
void texts_deinit(struct texts *texts);

/* `bytes` bytes, zeroed, aligned for anything. */
void *texts_take(struct texts *texts, size_t bytes);

/* The one copy of the text. NULL gives NULL. */
const char *texts_intern(struct texts *texts, const char *text);
const char *texts_intern_part(struct texts *texts, const char *text, size_t bytes);

/* The number of an interned string of these texts (from 1 on); 0 for NULL. */
uint32_t texts_number(const struct texts *texts, const char *interned);

/* An array of `n` elements that has to hold one more: moved to a larger place when *max is reached. */
void *array_grow(void *array, size_t n, size_t *max, size_t element_bytes);

/* An array of `n` elements made longer; the new ones are zeroed. */
void *array_resize(void *array, size_t n, size_t longer, size_t element_bytes);

/* Zeroed memory for `n` elements, the caller's to free(). */
void *array_zeroed(size_t n, size_t element_bytes);

#endif
