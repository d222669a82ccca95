/* The plain case of what an interpreter does for itself, and what is left to others */
#include "shim/block/table.h"
#include "shim/python/interpreter.h"
#include "shim/python/site.h"
#include "shim/record/own.h"
#include "shim/record/record.h"
#include "shim_place.h"

#include <stdlib.h>
#include <string.h>

#define self (&thread_self)
static char memory[1 << 16] __attribute__((aligned(4096)));
static size_t n_given, asked;
static unsigned nest_seen, n_otherwise;
static void *released;

/* pymalloc, or what stands for it */
static void *inner_give(void *context, size_t size)
{
        (void)context;
        asked = size;
        nest_seen = self->nest;
        return memory + 64 * n_given++;
}
static void *inner_resize(void *context, void *block, size_t size)
{
        (void)context;
        (void)block;
        return size > 1000 ? NULL : inner_give(context, size);
}
static void inner_release(void *context, void *block)
{
        (void)context;
        nest_seen = self->nest;
        released = block;
}

static void *otherwise_give(void *context, size_t size)
{
        (void)context;
        (void)size;
        n_otherwise++;
        return NULL;
}
static void *otherwise_resize(void *context, void *block, size_t size)
{
        (void)context;
        (void)block;
        (void)size;
        n_otherwise++;
        return NULL;
}
static void otherwise_release(void *context, void *block)
{
        (void)context;
        (void)block;
        n_otherwise++;
}

static struct layer layer;

/* As if this program were the interpreter, all of its code. */
static void begin(void)
{
        unsetenv("UNFREED_RUNNER");
        cr_assert(record_wanted(self));
        interpreter.here = true;
        interpreter.text_start = 1;
        interpreter.text_end = UINTPTR_MAX / 2;
        layer = (struct layer){.inner = {NULL, inner_give, NULL, inner_resize, inner_release},
                               .nowhere = {.context = &layer},
                               .place = &layer.nowhere,
                               .least_bytes = 17,
                               .pooled_end = 513};
        for (unsigned domain = PYTHON_MEM; domain <= PYTHON_OBJECT; domain++)
                own_otherwise[domain] =
                        (struct python_allocator){NULL, otherwise_give, NULL, otherwise_resize, otherwise_release};
        own_settle(true, true);
}
static struct block find(void *block)
{
        struct block found = {0};
        cr_assert(table_find((uintptr_t)block, &found));
        return found;
}

Test(own, an_object_is_in_the_table_while_it_lives)
{
        begin();
        for (int i = 0; i < 3; i++) { /* the first one makes the region known */
                void *object = own_object_give(&layer, 40);
                struct block found = find(object);
                cr_assert(!found.released);
                cr_assert_eq(found.size, 40);
                cr_assert_eq(found.family, WIRE_FAMILY_PYOBJECT);
                cr_assert(site_is_bare(found.stack));
                own_object_release(&layer, object);
                cr_assert_eq(released, object);
                cr_assert(find(object).released);
                cr_assert_eq(find(object).release_stack, site_bare(WIRE_ENTRY_PYOBJECT_FREE).n);
        }
        cr_assert_eq(self->count->births, 3);
        cr_assert_eq(self->count->releases, 3);
        cr_assert_eq(self->count->live_bytes, 0);
        cr_assert_eq(n_otherwise, 0);
}

Test(own, nothing_asks_for_one_of_the_smallest_blocks)
{
        begin();
        own_object_give(&layer, 1);
        cr_assert_eq(asked, 17);
}

Test(own, other_allocators_are_no_event_meanwhile)
{
        begin();
        void *object = own_object_give(&layer, 40);
        cr_assert_eq(nest_seen, 1);
        cr_assert_eq(self->nest, 0);
        own_object_release(&layer, object);
        cr_assert_eq(nest_seen, 0, "pools ask nobody");
}

Test(own, without_pools_each_release_may_be_anothers_too)
{
        begin();
        layer.pooled_end = 0;
        for (size_t size = 0; size < 3; size++) {
                own_object_release(&layer, own_object_give(&layer, size));
                cr_assert_eq(nest_seen, 1);
        }
}

Test(own, a_place_that_is_not_known_yet_is_left_to_others)
{
        begin();
        cr_assert_null(own_mem_give(&layer, 40));
        cr_assert_eq(n_otherwise, 1);
        cr_assert_eq(n_given, 0);
}

Test(own, an_object_that_is_released_twice_is_left_to_others)
{
        begin();
        void *object = own_object_give(&layer, 40);
        own_object_release(&layer, object);
        own_object_release(&layer, object);
        cr_assert_eq(n_otherwise, 1);
}

Test(own, another_familys_block_is_left_to_others)
{
        begin();
        void *object = own_object_give(&layer, 40);
        table_insert((uintptr_t)object, 40, 1, WIRE_FAMILY_PYMEM);
        own_object_release(&layer, object);
        cr_assert_eq(n_otherwise, 1);
        own_object_release(&layer, (char *)object + 1);
        own_object_release(&layer, NULL);
        cr_assert_eq(n_otherwise, 3);
        cr_assert_null(released);
}

Test(own, a_large_block_and_a_stranger_are_left_to_others)
{
        begin();
        cr_assert_null(own_object_give(&layer, WIRE_SMALL_MAX + 1));
        interpreter.text_start = UINTPTR_MAX / 2;
        cr_assert_null(own_object_give(&layer, 40));
        cr_assert_eq(n_otherwise, 2);
}

Test(own, who_lies_over_our_layer_is_seen)
{
        begin();
        static struct python_allocator uppermost;
        layer.place = &uppermost;
        cr_assert_null(own_object_give(&layer, 40));
        cr_assert_eq(n_otherwise, 1);
}

Test(own, nothing_is_plain_until_it_is_said_to_be)
{
        begin();
        own_settle(true, false);
        cr_assert_null(own_object_give(&layer, 40));
        own_settle(false, false);
        cr_assert_null(own_mem_give(&layer, 40));
        cr_assert_eq(n_otherwise, 2);
}

Test(own, a_resized_object_is_another)
{
        begin();
        void *object = own_object_give(&layer, 40);
        void *larger = own_object_resize(&layer, object, 60);
        cr_assert_neq(larger, object);
        cr_assert_eq(find(larger).size, 60);
        struct block old;
        cr_assert(!table_find((uintptr_t)object, &old) || old.released);
        cr_assert_null(own_object_resize(&layer, larger, 2000));
        cr_assert_eq(find(larger).size, 60, "what could not be resized lives on");
        cr_assert_eq(self->count->live_bytes, 60);
        cr_assert_eq(n_otherwise, 0);
}
