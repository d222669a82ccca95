/* From a key to what is known about it
 *
 * Keys are bytes of any length, of which only a 128-bit hash is kept: a collision among a billion keys is less likely
 * than a flipped bit in memory. Values are pointers. Nothing is ever removed.
 */
#ifndef UNFREED_CLI_POLICY_MAP_H
#define UNFREED_CLI_POLICY_MAP_H

#include <stddef.h>

struct map;

struct map *map_new(void);
void map_free(struct map *map);

/* Where the value of this key stands; NULL in it when the key is new. Valid until the next call. */
void **map_at(struct map *map, const void *key, size_t key_bytes);

/* The value, or NULL; adds nothing. */
void *map_find(const struct map *map, const void *key, size_t key_bytes);

#endif
