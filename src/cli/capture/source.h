/* The bytes of an arena, bounded
 *
 * An arena is a sparse file of tens of GiB that its process may still be writing, or that a stranger made. Nothing of
 * it is mapped (a file that shrinks under a mapping is SIGBUS): what is wanted is copied by pread, and only where the
 * file has data. Holes read as zeros and cost nothing, which also bounds the work on a header that lies about sizes.
 */
#ifndef UNFREED_CLI_CAPTURE_SOURCE_H
#define UNFREED_CLI_CAPTURE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source {
        int fd; /* lent */
        uint64_t bytes;
        uint64_t resident_bytes; /* of them, those that have memory behind them */
};

/* False when `fd` is not a regular file (which a memfd is). */
bool source_init(struct source *source, int fd);

/* Copy exactly n bytes from `off`. False when the file has not as many. */
bool source_read(const struct source *source, uint64_t off, void *ret_bytes, size_t n);

/* The next run of data at or after *off and before `end`, clipped to `end`. False when there is none. */
bool source_next_data(const struct source *source, uint64_t *off, uint64_t end, uint64_t *ret_end);

/* A copy of `n` elements of `element_bytes` at `off`, in zeroed memory of the caller's with room for one element more
 * (so that text always ends). Trailing elements without data are left out: *ret_n <= n. NULL without memory. */
void *source_take(const struct source *source, uint64_t off, uint64_t n, size_t element_bytes, size_t *ret_n);

#endif
