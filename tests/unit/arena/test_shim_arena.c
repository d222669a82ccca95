/* The capture arena, seen from inside */
#include "shim/sys/pages.h"
#include "shim_place.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

Test(shim_arena, its_header_says_what_it_is)
{
        place_begin(5);
        cr_assert_eq(memcmp(arena.header->magic, WIRE_MAGIC, 8), 0);
        cr_assert_eq(arena.header->version, WIRE_VERSION);
        cr_assert_eq(arena.header->granule_shift, 5);
        cr_assert_eq(arena.leaf_shift, 22);
        cr_assert(pages_own(arena.base));
}

Test(shim_arena, extents_lie_one_after_another_inside_the_file)
{
        place_begin(5);
        uint64_t end = sizeof(struct wire_header);
        for (int i = 0; i < WIRE_EXTENT_END; i++) {
                const struct wire_range *range = &arena.header->extents[i];
                cr_assert_geq(range->off, end);
                cr_assert_eq(range->off % WIRE_PAGE_BYTES, 0);
                end = range->off + range->capacity;
        }
        cr_assert_leq(end, arena.header->arena_bytes);
        cr_assert_geq(arena.header->extents[WIRE_EXTENT_LARGE_TOUCHED].capacity * (WIRE_PAGE_BYTES / sizeof(struct wire_large)),
                      arena.header->extents[WIRE_EXTENT_LARGE].capacity);
}

Test(shim_arena, text_is_kept_and_ended)
{
        place_begin(5);
        uint32_t a = arena_text("one"), b = arena_text_bytes("twofold", 3);
        cr_assert_neq(a, 0);
        cr_assert_str_eq(arena_element(WIRE_EXTENT_TEXT, a, 1), "one");
        cr_assert_str_eq(arena_element(WIRE_EXTENT_TEXT, b, 1), "two");
        cr_assert_eq(arena_text(""), 0);
        cr_assert_eq(arena_text(NULL), 0);
}

Test(shim_arena, a_full_extent_gives_nothing_and_counts)
{
        place_begin(5);
        struct wire_range *range = &arena.header->extents[WIRE_EXTENT_WRONGS];
        uint64_t given = 0;
        while (arena_take(WIRE_EXTENT_WRONGS, 1, WIRE_DROP_WRONGS))
                given++;
        cr_assert_eq(given, range->capacity - 1);
        cr_assert_eq(arena.header->dropped[WIRE_DROP_WRONGS], 1);
        cr_assert_eq(arena_take(WIRE_EXTENT_WRONGS, 1, WIRE_DROP_WRONGS), 0);
        cr_assert_leq(range->used, range->capacity);
}

Test(shim_arena, a_fork_child_does_not_see_it)
{
        place_begin(5);
        pid_t child = fork();
        if (child == 0)
                _exit(arena.base == NULL && arena.nodes == NULL ? 0 : 1);
        int status;
        waitpid(child, &status, 0);
        cr_assert_eq(status, 0);
        cr_assert_not_null(arena.base);
}

Test(shim_arena, a_fork_childs_own_arena_knows_the_inherited_one)
{
        place_begin(5);
        const struct wire_header *parents = arena.header;
        pid_t child = fork();
        if (child == 0)
                _exit(arena_init(5, &place_helper) && arena_inherited() == parents && arena.header != parents ? 0 : 1);
        int status;
        waitpid(child, &status, 0);
        cr_assert_eq(status, 0);
}

static void begins_under(int resource, rlim_t limit)
{
        struct rlimit small = {limit, limit};
        cr_assert_eq(setrlimit(resource, &small), 0);
        cr_assert(arena_init(5, &place_helper));
        cr_assert_leq(arena.bytes, limit);
        cr_assert_gt(arena.header->extents[WIRE_EXTENT_NODES].capacity, 10000);
}

Test(shim_arena, shrinks_under_a_small_file_limit_without_a_signal) { begins_under(RLIMIT_FSIZE, 2ul << 30); }

Test(shim_arena, shrinks_under_a_small_address_space) { begins_under(RLIMIT_AS, 16ul << 30); }

Test(shim_arena, is_whole_under_a_file_limit_that_may_be_lifted)
{
        struct rlimit limit, soft = {0, RLIM_INFINITY};
        cr_assert_eq(setrlimit(RLIMIT_FSIZE, &soft), 0);
        cr_assert(arena_init(5, &place_helper));
        cr_assert_gt(arena.bytes, UINT64_C(1) << 35);
        cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
        cr_assert_eq(limit.rlim_cur, 0);
}

static bool grow_never(int memfd, size_t bytes)
{
        static unsigned n;
        cr_assert_eq(n++, 0, "asked again");
        return memfd < 0 && bytes == 0;
}

Test(shim_arena, asks_once_for_what_its_file_limit_refuses)
{
        const struct arena_helper helper = {place_send, grow_never};
        struct rlimit small = {1ul << 31, 1ul << 31};
        cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
        cr_assert(arena_init(5, &helper));
        cr_assert_leq(arena.bytes, 1ul << 31);
}

Test(shim_arena, begins_without_a_free_descriptor)
{
        int next = dup(0);
        close(next);
        struct rlimit none = {(rlim_t)next, (rlim_t)next};
        cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
        cr_assert_lt(dup(0), 0);
        cr_assert(arena_init(5, &place_helper));
        cr_assert_eq(arena.header->version, WIRE_VERSION);
        cr_assert_lt(dup(0), 0);
}

Test(shim_arena, gives_up_quietly_when_nothing_fits)
{
        struct rlimit tiny = {4096, 4096};
        cr_assert_eq(setrlimit(RLIMIT_FSIZE, &tiny), 0);
        cr_assert_not(arena_init(5, &place_helper));
        cr_assert_null(arena.base);
}
