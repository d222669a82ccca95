/* The mappings of this process */
#include "shim/sys/maps.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

Test(maps, the_stack_is_found_as_one)
{
        int here;
        struct map map;
        cr_assert_eq(maps_find((uintptr_t)&here, &map), MAP_IS_STACK);
        cr_assert(map.readable && map.writable && !map.executable);
        cr_assert(map.start <= (uintptr_t)&here && (uintptr_t)&here < map.end);
}

Test(maps, code_is_of_a_file)
{
        struct map map;
        cr_assert_eq(maps_find((uintptr_t)maps_find, &map), MAP_IS_FILE);
        cr_assert(map.executable);
        cr_assert_neq(map.inode, 0);
}

Test(maps, what_was_unmapped_is_none)
{
        struct map map;
        void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        cr_assert_eq(maps_find((uintptr_t)page, &map), MAP_IS_ANONYMOUS);
        munmap(page, 4096);
        cr_assert_eq(maps_find((uintptr_t)page, &map), MAP_IS_NONE);
}

static bool count(const struct map *map, void *context)
{
        uintptr_t *last = context;
        cr_assert_geq(map->start, *last);
        cr_assert_lt(map->start, map->end);
        *last = map->end;
        return true;
}

static bool count_within(const struct map *map, void *context)
{
        struct map found;
        cr_assert_neq(maps_find(map->start, &found), MAP_IS_NONE);
        cr_assert(found.start <= map->start && map->start < found.end);
        return count(map, context);
}

Test(maps, one_may_be_looked_for_while_all_are_gone_through)
{
        uintptr_t last = 0, last_within = 0;
        cr_assert(maps_each(count, &last));
        cr_assert(maps_each(count_within, &last_within));
        cr_assert_eq(last, last_within);
}

Test(maps, all_come_in_order_even_past_one_buffer)
{
        enum { N = 400 }; /* alternating permissions, so that the kernel cannot merge them: > 8 KiB of text */
        char *pages = mmap(NULL, N * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (int i = 0; i < N; i += 2)
                mprotect(pages + i * 4096, 4096, PROT_NONE);
        uintptr_t last = 0;
        cr_assert(maps_each(count, &last));
        struct map map;
        cr_assert_eq(maps_find((uintptr_t)pages + (N - 1) * 4096, &map), MAP_IS_ANONYMOUS);
        cr_assert(map.readable);
        cr_assert_eq(maps_find((uintptr_t)pages + (N - 2) * 4096, &map), MAP_IS_ANONYMOUS);
        cr_assert_not(map.readable);
}
