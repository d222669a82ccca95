/* From a key to what is known about it: see map.h. Open addressing, at most half full. */
#include "cli/policy/map.h"

#include "cli/say/say.h"

#include <stdint.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

struct cell {
        uint64_t high, low; /* both 0 = empty */
        void *value;
};

struct map {
        struct cell *cells;
        size_t n_cells, n_used; /* n_cells is a power of two; 2 * n_used <= n_cells */
};

static void *memory_or_end(void *memory)
{
        if (memory)
                return memory;
        say_error("out of memory while making the report");
        exit(125);
}

struct map *map_new(void)
{
        struct map *map = memory_or_end(calloc(1, sizeof *map));
        map->n_cells = 256;
        map->cells = memory_or_end(calloc(map->n_cells, sizeof *map->cells));
        return map;
}

void map_free(struct map *map)
{
        if (!map)
                return;
        free(map->cells);
        free(map);
}

static struct cell *cell_of(const struct map *map, XXH128_hash_t hash)
{
        size_t i = hash.low64 & (map->n_cells - 1);
        while ((map->cells[i].high | map->cells[i].low) &&
               (map->cells[i].high != hash.high64 || map->cells[i].low != hash.low64))
                i = (i + 1) & (map->n_cells - 1);
        return &map->cells[i];
}

static void map_grow(struct map *map)
{
        struct map larger = { .n_cells = map->n_cells * 2, .n_used = map->n_used };
        larger.cells = memory_or_end(calloc(larger.n_cells, sizeof *larger.cells));
        for (size_t i = 0; i < map->n_cells; i++) {
                struct cell cell = map->cells[i];
                if (cell.high | cell.low)
                        *cell_of(&larger, (XXH128_hash_t){ .low64 = cell.low, .high64 = cell.high }) = cell;
        }
        free(map->cells);
        *map = larger;
}

void **map_at(struct map *map, const void *key, size_t key_bytes)
{
        if (2 * (map->n_used + 1) > map->n_cells)
                map_grow(map);
        XXH128_hash_t hash = XXH3_128bits(key, key_bytes);
        struct cell *cell = cell_of(map, hash);
        if (!(cell->high | cell->low)) {
                *cell = (struct cell){ .high = hash.high64, .low = hash.low64 };
                map->n_used++;
        }
        return &cell->value;
}

void *map_find(const struct map *map, const void *key, size_t key_bytes)
{
        return cell_of(map, XXH3_128bits(key, key_bytes))->value;
}
