/* Memory that is given back all at once
 *
 * Findings, names and rules live exactly as long as the report that they are for. A pool hands out pieces of large
 * chunks; nothing is given back before pool_free() or
 * pool_empty(). No piece is ever refused: a reporter without memory says so and
 * ends with 125, which is the status for "could not do its job".
 */
#ifndef UNFREED_CLI_POLICY_POOL_H
#define UNFREED_CLI_POLICY_POOL_H

#include <stddef.h>

struct pool;

struct pool *pool_new(void);
void pool_free(struct pool *pool);
/* Take back all that was handed out; cheap when that was little. */
void pool_empty(struct pool *pool);

/* Zeroed, aligned to 16 bytes. */
void *pool_take(struct pool *pool, size_t n_bytes);
/* A copy of `n_bytes` at `text`, with a NUL after it. */
char *pool_copy(struct pool *pool, const char *text, size_t n_bytes);
char *pool_format(struct pool *pool, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
