/* Numbers for people: 1,048,576 bytes (1.0 MiB) in 1 block */
#ifndef UNFREED_CLI_REPORT_QUANTITY_H
#define UNFREED_CLI_REPORT_QUANTITY_H

#include <stdint.h>

struct store;

/* All in `store`. From 64 KiB on, bytes are also given in binary units. */
const char *quantity_number(struct store *store, uint64_t n);
const char *quantity_bytes(struct store *store, uint64_t n_bytes);
/* "1 block", "2,000 blocks"; `one` and `many` are the words. */
const char *quantity_of(struct store *store, uint64_t n, const char *one, const char *many);
const char *quantity_blocks(struct store *store, uint64_t n);

#endif
