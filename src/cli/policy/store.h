/* Memory that is given back all at once
 *
 * Findings, names and rules live exactly as long as the report that they are for. A store hands out pieces of large
 * chunks; nothing is given back before store_free() or store_empty(). No piece is ever refused: a reporter without
 * memory says so and ends with 125, which is the status for "could not do its job".
 */
#ifndef UNFREED_CLI_POLICY_STORE_H
#define UNFREED_CLI_POLICY_STORE_H

#include <stddef.h>

struct store;

struct store *store_new(void);
void store_free(struct store *store);
/* Take back all that was handed out; cheap when that was little. */
void store_empty(struct store *store);

/* Zeroed, aligned to 16 bytes. */
void *store_take(struct store *store, size_t n_bytes);
/* A copy of `n_bytes` at `text`, with a NUL after it. */
char *store_copy(struct store *store, const char *text, size_t n_bytes);
char *store_format(struct store *store, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
