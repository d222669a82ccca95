/* The mappings of this process, line by line of /proc/self/maps */
#ifndef UNFREED_SHIM_SYS_MAPS_H
#define UNFREED_SHIM_SYS_MAPS_H

#include <stdbool.h>
#include <stdint.h>

struct map {
        uintptr_t start, end;
        bool readable, writable, executable, shared;
        uint64_t offset, inode;
        const char *path; /* "" when anonymous; valid during the call only */
};

/* Call `visit` for each mapping in address order until it returns false. False when /proc cannot be read. */
bool maps_each(bool (*visit)(const struct map *map, void *context), void *context);

enum map_kind { MAP_IS_NONE, MAP_IS_STACK, MAP_IS_HEAP, MAP_IS_FILE, MAP_IS_ANONYMOUS, MAP_IS_SPECIAL, MAP_IS_NOT_KNOWN };

/* What kind of mapping holds `address`, and its bounds. MAP_IS_NOT_KNOWN when /proc cannot be read. */
enum map_kind maps_find(uintptr_t address, struct map *ret_map);

#endif
