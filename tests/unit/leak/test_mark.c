/* Marking: what is pointed to by whom */
#include "heap.h"

#include "shim/leak/declared.h"
#include "shim/leak/holder.h"
#include "shim/self/options.h"
#include "shim/sys/pages.h"

#include <stdlib.h>

static const struct mark_source source = {.kind = WIRE_HOLDER_MAPPING};
static struct mark_limits limits = {.deadline_ns = UINT64_MAX};

static void begin(void)
{
        holder_begin();
        cr_assert(mark_begin(&limits));
        mark_set_readable(&heap_readable, 1);
}

static bool finish(void)
{
        mark_follow();
        mark_lost();
        bool whole = mark_end() == WIRE_UNJUDGED_NONE;
        holder_end();
        return whole;
}

static void judge_with(uintptr_t root)
{
        begin();
        mark_range((uintptr_t)&root, (uintptr_t)(&root + 1), &source);
        cr_assert(finish());
}

Test(mark, a_chain_from_a_root_is_reachable)
{
        heap_begin(5);
        uintptr_t *a = heap_block(0x1000, 24), *b = heap_block(0x2000, 24), *c = heap_block(0x3000, 24);
        a[2] = (uintptr_t)b;
        b[1] = (uintptr_t)c;
        judge_with((uintptr_t)a);
        cr_assert_eq(heap_verdict(a), WIRE_VERDICT_REACHABLE);
        cr_assert_eq(heap_verdict(b), WIRE_VERDICT_REACHABLE);
        cr_assert_eq(heap_verdict(c), WIRE_VERDICT_REACHABLE);
}

Test(mark, what_nobody_points_to_is_definite_and_what_it_holds_indirect)
{
        heap_begin(5);
        uintptr_t *a = heap_block(0x1000, 24), *b = heap_block(0x2000, 24);
        a[0] = (uintptr_t)b;
        judge_with(0);
        cr_assert_eq(heap_verdict(a), WIRE_VERDICT_DEFINITE);
        cr_assert_eq(heap_verdict(b), WIRE_VERDICT_INDIRECT);
}

Test(mark, a_leader_may_come_after_those_that_it_leads)
{
        heap_begin(5);
        uintptr_t *child = heap_block(0x1000, 24), *leader = heap_block(0x2000, 24),
                  *grandchild = heap_block(0x3000, 24);
        leader[0] = (uintptr_t)child;
        child[0] = (uintptr_t)grandchild;
        judge_with(0);
        cr_assert_eq(heap_verdict(child), WIRE_VERDICT_INDIRECT);
        cr_assert_eq(heap_verdict(grandchild), WIRE_VERDICT_INDIRECT);
        cr_assert_eq(heap_verdict(leader), WIRE_VERDICT_DEFINITE);
}

Test(mark, a_cycle_has_one_leader)
{
        heap_begin(5);
        uintptr_t *blocks[5];
        for (int i = 0; i < 5; i++)
                blocks[i] = heap_block(0x1000 + 0x1000 * (size_t)i, 24);
        for (int i = 0; i < 5; i++)
                blocks[i][0] = (uintptr_t)blocks[(i + 1) % 5];
        judge_with(0);
        int n_definite = 0, n_indirect = 0;
        for (int i = 0; i < 5; i++) {
                n_definite += heap_verdict(blocks[i]) == WIRE_VERDICT_DEFINITE;
                n_indirect += heap_verdict(blocks[i]) == WIRE_VERDICT_INDIRECT;
        }
        cr_assert_eq(n_definite, 1);
        cr_assert_eq(n_indirect, 4);
}

Test(mark, a_cycle_behind_a_leader_has_none_of_its_own)
{
        heap_begin(5);
        uintptr_t *one = heap_block(0x1000, 24), *two = heap_block(0x2000, 24), *three = heap_block(0x3000, 24);
        uintptr_t *leader = heap_block(0x4000, 24);
        one[0] = (uintptr_t)two;
        two[0] = (uintptr_t)three;
        three[0] = (uintptr_t)one;
        leader[0] = (uintptr_t)two;
        judge_with(0);
        cr_assert_eq(heap_verdict(leader), WIRE_VERDICT_DEFINITE);
        cr_assert_eq(heap_verdict(one), WIRE_VERDICT_INDIRECT);
        cr_assert_eq(heap_verdict(two), WIRE_VERDICT_INDIRECT);
        cr_assert_eq(heap_verdict(three), WIRE_VERDICT_INDIRECT);
}

static const struct wire_holder *row_of(uint32_t stack, unsigned verdict)
{
        for (uint64_t i = 1; i < arena.header->extents[WIRE_EXTENT_HOLDERS].used; i++) {
                const struct wire_holder *row = arena_element(WIRE_EXTENT_HOLDERS, i, sizeof *row);
                if (row->stack == stack && row->verdict == verdict)
                        return row;
        }
        return NULL;
}

Test(mark, of_a_cycle_that_leads_to_another_one_block_leads)
{
        heap_begin(5);
        uintptr_t *led_a = heap_block_of(0x1000, 24, 7, WIRE_FAMILY_MALLOC),
                  *led_b = heap_block_of(0x2000, 24, 7, WIRE_FAMILY_MALLOC);
        uintptr_t *a = heap_block_of(0x3000, 32, 8, WIRE_FAMILY_MALLOC),
                  *b = heap_block_of(0x4000, 32, 8, WIRE_FAMILY_MALLOC);
        led_a[0] = (uintptr_t)led_b;
        led_b[0] = (uintptr_t)led_a;
        a[0] = (uintptr_t)b;
        b[0] = (uintptr_t)a;
        b[1] = (uintptr_t)led_b;
        uintptr_t *other = heap_block_of(0x5000, 24, 9, WIRE_FAMILY_MALLOC),
                  *tail = heap_block_of(0x6000, 24, 9, WIRE_FAMILY_MALLOC);
        other[0] = (uintptr_t)tail;
        judge_with(0);
        cr_assert_eq(heap_verdict(led_a), WIRE_VERDICT_INDIRECT);
        cr_assert_eq(heap_verdict(led_b), WIRE_VERDICT_INDIRECT);
        cr_assert_eq((heap_verdict(a) == WIRE_VERDICT_DEFINITE) + (heap_verdict(b) == WIRE_VERDICT_DEFINITE), 1);
        cr_assert_eq((heap_verdict(a) == WIRE_VERDICT_INDIRECT) + (heap_verdict(b) == WIRE_VERDICT_INDIRECT), 1);
        cr_assert_eq(row_of(8, WIRE_VERDICT_DEFINITE)->blocks, 3);
        cr_assert_eq(row_of(8, WIRE_VERDICT_DEFINITE)->bytes, 80);
        cr_assert_eq(row_of(9, WIRE_VERDICT_DEFINITE)->blocks, 1);
        cr_assert_null(row_of(7, WIRE_VERDICT_DEFINITE));
}

Test(mark, a_block_that_points_to_itself_leads)
{
        heap_begin(5);
        uintptr_t *a = heap_block(0x1000, 24);
        a[1] = (uintptr_t)a;
        a[2] = (uintptr_t)a + 8;
        judge_with(0);
        cr_assert_eq(heap_verdict(a), WIRE_VERDICT_DEFINITE);
}

Test(mark, an_interior_pointer_makes_possible_all_that_follows)
{
        heap_begin(5);
        uintptr_t *a = heap_block(0x1000, 64), *b = heap_block(0x2000, 24);
        a[0] = (uintptr_t)b;
        judge_with((uintptr_t)a + 16);
        cr_assert_eq(heap_verdict(a), WIRE_VERDICT_POSSIBLE);
        cr_assert_eq(heap_verdict(b), WIRE_VERDICT_POSSIBLE);
}

Test(mark, a_start_pointer_found_later_raises_what_was_possible)
{
        heap_begin(5);
        uintptr_t *a = heap_block(0x1000, 64), *b = heap_block(0x2000, 24);
        a[0] = (uintptr_t)b;
        uintptr_t roots[2] = {(uintptr_t)a + 16, (uintptr_t)a};
        begin();
        mark_range((uintptr_t)&roots[0], (uintptr_t)&roots[1], &source);
        mark_follow();
        cr_assert_eq(heap_verdict(b), WIRE_VERDICT_POSSIBLE);
        mark_range((uintptr_t)&roots[1], (uintptr_t)&roots[2], &source);
        cr_assert(finish());
        cr_assert_eq(heap_verdict(a), WIRE_VERDICT_REACHABLE);
        cr_assert_eq(heap_verdict(b), WIRE_VERDICT_REACHABLE);
}

Test(mark, words_past_the_requested_size_do_not_count)
{
        heap_begin(5);
        uintptr_t *a = heap_block(0x1000, 20), *b = heap_block(0x2000, 24);
        a[2] = (uintptr_t)b; /* only half of this word is the block's */
        judge_with((uintptr_t)a);
        cr_assert_eq(heap_verdict(b), WIRE_VERDICT_DEFINITE);
}

Test(mark, a_million_blocks_need_no_recursion)
{
        heap_begin(5);
        enum { N = HEAP_BYTES / 32 };
        for (size_t i = 0; i < N; i++) {
                uintptr_t *block = heap_block(i * 32, 24);
                block[0] = i + 1 < N ? (uintptr_t)block + 32 : 0;
        }
        judge_with((uintptr_t)heap);
        cr_assert_eq(mark_count(WIRE_VERDICT_REACHABLE).blocks, N);
}

Test(mark, an_ignored_block_stays_ignored_and_holds)
{
        heap_begin(5);
        uintptr_t *a = heap_block(0x1000, 24), *b = heap_block(0x2000, 24);
        a[0] = (uintptr_t)b;
        cr_assert(declared_ignore((uintptr_t)a));
        limits.ignored = declared_any_ignored();
        judge_with(0);
        cr_assert_eq(heap_verdict(a), WIRE_VERDICT_IGNORED);
        cr_assert_eq(heap_verdict(b), WIRE_VERDICT_REACHABLE);
        begin();
        mark_clear();
        mark_end();
        cr_assert_eq(heap_verdict(a), WIRE_VERDICT_IGNORED);
        cr_assert_eq(heap_verdict(b), WIRE_VERDICT_UNCLASSIFIED);
}

Test(mark, a_second_judgement_forgets_the_first)
{
        heap_begin(5);
        uintptr_t *a = heap_block(0x1000, 24);
        judge_with((uintptr_t)a);
        cr_assert_eq(heap_verdict(a), WIRE_VERDICT_REACHABLE);
        limits.again = true;
        judge_with(0);
        cr_assert_eq(heap_verdict(a), WIRE_VERDICT_DEFINITE);
}

Test(mark, past_the_deadline_the_rest_stays_unclassified)
{
        heap_begin(5);
        for (size_t i = 0; i < 8; i++)
                heap_block(i << 20, 1 << 20);
        uintptr_t *lost = heap_block(0xf00000, 24);
        for (size_t i = 0; i + 1 < 8; i++)
                *(uintptr_t *)(heap + (i << 20)) = (uintptr_t)heap + ((i + 1) << 20);
        limits.deadline_ns = 1;
        static uintptr_t root[1 << 20]; /* reading it brings the first look at the clock */
        begin();
        mark_range((uintptr_t)root, (uintptr_t)root + sizeof root, &source);
        cr_assert_not(finish());
        cr_assert_eq(heap_verdict(lost), WIRE_VERDICT_UNCLASSIFIED);
}

Test(mark, pages_of_a_block_that_may_not_be_read_are_passed_over)
{
        heap_begin(5);
        uintptr_t *a = heap_block(0x10000, 0x8000), *b = heap_block(0x30000, 24);
        *(uintptr_t *)((unsigned char *)a + 0x6000) = (uintptr_t)b;
        cr_assert_eq(mprotect(heap + 0x12000, 0x2000, PROT_NONE), 0);
        struct sort_pair parts[2] = {{(uintptr_t)heap, (uintptr_t)heap + 0x12000},
                                     {(uintptr_t)heap + 0x14000, (uintptr_t)heap + HEAP_BYTES}};
        uintptr_t root = (uintptr_t)a;
        begin();
        mark_set_readable(parts, 2);
        mark_word(root, 0, &source);
        cr_assert(finish());
        cr_assert_eq(heap_verdict(b), WIRE_VERDICT_REACHABLE);
}

Test(mark, the_allocators_lists_in_libc_do_not_hold_the_block_before_a_free_chunk)
{
        heap_begin(5);
        uintptr_t *a = heap_block(0x1010, 24); /* the next chunk's header begins at + 16 */
        struct mark_source libc = {.kind = WIRE_HOLDER_MODULE, .is_allocators = true};
        begin();
        mark_word((uintptr_t)a + 16, 0, &libc);
        cr_assert(finish());
        cr_assert_eq(heap_verdict(a), WIRE_VERDICT_DEFINITE);
        limits.again = true;
        begin();
        mark_word((uintptr_t)a + 16, 0, &source);
        cr_assert(finish());
        cr_assert_eq(heap_verdict(a), WIRE_VERDICT_POSSIBLE);
}

Test(mark, a_leader_is_told_how_much_it_leads_and_shared_blocks_count_once)
{
        heap_begin(5);
        uintptr_t *shared = heap_block_of(0x1000, 100, 9, WIRE_FAMILY_MALLOC);
        uintptr_t *a = heap_block_of(0x2000, 24, 7, WIRE_FAMILY_MALLOC),
                  *b = heap_block_of(0x3000, 24, 7, WIRE_FAMILY_MALLOC);
        a[0] = b[0] = (uintptr_t)shared;
        shared[0] = (uintptr_t)heap_block_of(0x4000, 50, 9, WIRE_FAMILY_MALLOC);
        judge_with(0);
        const struct wire_holder *row = row_of(7, WIRE_VERDICT_DEFINITE);
        cr_assert_not_null(row);
        cr_assert_eq(row->kind, WIRE_HOLDER_LEADS);
        cr_assert_eq(row->blocks, 2);
        cr_assert_eq(row->bytes, 150);
}

Test(mark, the_first_holder_of_a_site_is_named)
{
        heap_begin(5);
        uintptr_t *a = heap_block_of(0x1000, 24, 7, WIRE_FAMILY_MALLOC),
                  *b = heap_block_of(0x2000, 24, 8, WIRE_FAMILY_MALLOC);
        a[0] = (uintptr_t)b;
        uintptr_t root = (uintptr_t)a;
        begin();
        mark_copy(&root, 1, 0xabc0, &(struct mark_source){.kind = WIRE_HOLDER_STACK, .tid = 5});
        cr_assert(finish());
        const struct wire_holder *row = row_of(7, WIRE_VERDICT_REACHABLE);
        cr_assert_not_null(row);
        cr_assert_eq(row->kind, WIRE_HOLDER_STACK);
        cr_assert_eq(row->tid, 5);
        cr_assert_eq(row->address, 0xabc0);
        row = row_of(8, WIRE_VERDICT_REACHABLE);
        cr_assert_not_null(row);
        cr_assert_eq(row->kind, WIRE_HOLDER_BLOCK);
        cr_assert_eq(row->other, 7);
        cr_assert_eq(row->address, (uintptr_t)a);
}

Test(mark, without_memory_nothing_is_begun)
{
        heap_begin(5);
        heap_block(0x1000, 24);
        for (unsigned nth = 1; nth <= 4; nth++)
                pages_refuse(nth); /* only the last order counts: the fourth try is refused, the first succeeds */
        cr_assert(mark_begin(&limits));
        mark_end();
        pages_refuse(0);
        heap_block(1 << 20, 1 << 20);
        pages_refuse(1); /* the index of large blocks */
        cr_assert_not(mark_begin(&limits));
}

Test(mark, a_list_of_work_that_is_too_short_ends_the_judgement)
{
        heap_begin(5);
        enum { N = 4096 };
        uintptr_t roots[N];
        for (size_t i = 0; i < N; i++)
                roots[i] = (uintptr_t)heap_block(i * 32, 24);
        holder_begin();
        pages_refuse(1); /* an eighth of the list then */
        cr_assert(mark_begin(&limits));
        mark_set_readable(&heap_readable, 1);
        mark_range((uintptr_t)roots, (uintptr_t)(roots + N), &source);
        cr_assert_not(finish());
        uint64_t n = mark_count(WIRE_VERDICT_REACHABLE).blocks;
        cr_assert_gt(n, 0);
}

Test(mark, with_sampling_each_page_that_a_block_reaches_into_is_looked_for)
{
        heap_begin(5);
        options.sample = 1 << 19;
        uintptr_t *a = heap_block(0x1000, 3 * 4096), *b = heap_block(0x8ff0, 32), *c = heap_block(0x20000, 1);
        uintptr_t roots[] = {(uintptr_t)a + 3 * 4096 - 1, (uintptr_t)b + 31, (uintptr_t)c};
        begin();
        mark_range((uintptr_t)roots, (uintptr_t)(roots + 3), &source);
        cr_assert(finish());
        cr_assert_eq(heap_verdict(a), WIRE_VERDICT_POSSIBLE);
        cr_assert_eq(heap_verdict(b), WIRE_VERDICT_POSSIBLE);
        cr_assert_eq(heap_verdict(c), WIRE_VERDICT_REACHABLE);
}

Test(mark, with_sampling_reading_ends_when_all_that_is_known_is_reachable)
{
        heap_begin(5);
        options.sample = 1 << 19;
        uintptr_t *a = heap_block(0x1000, 24), *b = heap_block(0x2000, 24);
        begin();
        cr_assert_not(mark_has_all());
        uintptr_t roots[] = {(uintptr_t)a, (uintptr_t)b + 8};
        mark_range((uintptr_t)roots, (uintptr_t)(roots + 2), &source);
        cr_assert_not(mark_has_all(), "a pointer to the start of b may come still");
        mark_word((uintptr_t)b, 0, &source);
        mark_range((uintptr_t)roots, (uintptr_t)(roots + 1), &source);
        cr_assert(mark_has_all());
        mark_range(8, 1 << 20, &source); /* which cannot be read */
        cr_assert(finish());
        cr_assert_eq(heap_verdict(a), WIRE_VERDICT_REACHABLE);
        cr_assert_eq(heap_verdict(b), WIRE_VERDICT_REACHABLE);
}

Test(mark, without_blocks_there_is_nothing_to_read_only_with_sampling)
{
        heap_begin(5);
        begin();
        cr_assert_not(mark_has_all());
        cr_assert(finish());
        options.sample = 1 << 19;
        begin();
        cr_assert(mark_has_all());
        cr_assert(finish());
}
