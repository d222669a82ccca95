/* One node for each stack, however many there are */
#include "shim/stack/trie.h"
#include "shim_place.h"

#include <pthread.h>

static uint32_t n_nodes(void) { return (uint32_t)arena.header->extents[WIRE_EXTENT_NODES].used; }

Test(trie, a_child_is_found_again)
{
        place_begin(5);
        uint32_t a = trie_step(0, 100), b = trie_step(a, 200), c = trie_step(a, 300);
        cr_assert_neq(b, c);
        cr_assert_eq(trie_step(0, 100), a);
        cr_assert_eq(trie_step(a, 200), b);
        cr_assert_eq(trie_step(a, 300), c);
        cr_assert_eq(arena.nodes[b].parent, a);
        cr_assert_eq(arena.nodes[b].word, 200);
}

Test(trie, the_same_word_under_another_parent_is_another_node)
{
        place_begin(5);
        uint32_t a = trie_step(0, 1), b = trie_step(0, 2);
        cr_assert_neq(trie_step(a, 7), trie_step(b, 7));
}

/* Far more than its places in the index: most go to the spill, which grows several times. */
Test(trie, a_node_may_have_very_many_children)
{
        enum { MANY = 50000 };
        static uint32_t ids[MANY];
        place_begin(5);
        uint32_t parent = trie_step(0, 9);
        for (uint32_t i = 0; i < MANY; ++i)
                cr_assert_neq(ids[i] = trie_step(parent, 1000 + i), 0);
        uint32_t before = n_nodes();
        for (uint32_t i = 0; i < MANY; ++i)
                cr_assert_eq(trie_step(parent, 1000 + i), ids[i]);
        cr_assert_eq(n_nodes(), before);
}

Test(trie, very_many_parents_have_children)
{
        enum { MANY = 100000 };
        static uint32_t ids[MANY];
        place_begin(5);
        uint32_t node = 0;
        for (uint32_t i = 0; i < MANY; ++i)
                ids[i] = node = trie_step(i % 3 ? node : 0, 1 + i);
        uint32_t before = n_nodes();
        node = 0;
        for (uint32_t i = 0; i < MANY; ++i) {
                node = trie_step(i % 3 ? node : 0, 1 + i);
                cr_assert_eq(node, ids[i]);
        }
        cr_assert_eq(n_nodes(), before);
}

/* The index has room for ids of 24 bits. */
Test(trie, children_of_very_large_tries_are_found_again)
{
        enum { MANY = 3000 };
        static uint32_t ids[MANY];
        place_begin(5);
        uint32_t parent = trie_step(0, 9);
        arena.header->extents[WIRE_EXTENT_NODES].used = TRIE_MARK_ID - MANY / 2;
        for (uint32_t i = 0; i < MANY; ++i)
                cr_assert_neq(ids[i] = trie_step(i < 2 || i % 3 ? parent : ids[i / 2], 1000 + i), 0);
        uint32_t before = n_nodes();
        cr_assert_gt(before, TRIE_MARK_ID + MANY / 4);
        for (uint32_t i = 0; i < MANY; ++i)
                cr_assert_eq(trie_step(i < 2 || i % 3 ? parent : ids[i / 2], 1000 + i), ids[i]);
        cr_assert_eq(n_nodes(), before);
}

Test(trie, when_it_is_full_there_is_no_node)
{
        place_begin(5);
        arena.header->extents[WIRE_EXTENT_NODES].used = arena.header->extents[WIRE_EXTENT_NODES].capacity;
        cr_assert_eq(trie_step(0, 5), 0);
        cr_assert_eq(arena.header->dropped[WIRE_DROP_NODES], 1);
}

static void *insert_all(void *ids)
{
        for (uint32_t i = 0; i < 20000; ++i)
                ((uint32_t *)ids)[i] = trie_step(i / 4, 1 + (uint64_t)i * 77);
        return NULL;
}

Test(trie, threads_that_insert_the_same_get_the_same)
{
        static uint32_t ids[2][20000];
        pthread_t threads[2];
        place_begin(5);
        for (int i = 0; i < 2; ++i)
                pthread_create(&threads[i], NULL, insert_all, ids[i]);
        for (int i = 0; i < 2; ++i)
                pthread_join(threads[i], NULL);
        /* A node may be entered twice while the spill grows, for as long as that takes; never differently, and not
         * again when all is quiet. */
        for (uint32_t i = 0; i < 20000; ++i) {
                cr_assert_eq(arena.nodes[ids[0][i]].word, arena.nodes[ids[1][i]].word);
                cr_assert_eq(arena.nodes[ids[0][i]].parent, arena.nodes[ids[1][i]].parent);
                uint32_t again = trie_step(i / 4, 1 + (uint64_t)i * 77);
                cr_assert(again == ids[0][i] || again == ids[1][i]);
        }
}
