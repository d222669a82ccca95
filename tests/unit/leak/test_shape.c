/* Pointers into a block that are as good as pointers to its start */
#include "heap.h"

#include "shim/leak/shape.h"
#include "shim/python/interpreter.h"

#include <string.h>

static bool is_start(const uintptr_t *block, size_t offset)
{
        struct block found;
        cr_assert(table_find((uintptr_t)block, &found));
        return shape_is_start(&found, (uintptr_t)block + offset);
}

Test(shape, a_length_in_front_must_be_right)
{
        heap_begin(5);
        uintptr_t *block = heap_block(0x1000, 108);
        block[0] = 100;
        cr_assert(is_start(block, 8));
        cr_assert_not(is_start(block, 16));
        block[0] = 101;
        cr_assert_not(is_start(block, 8));
}

Test(shape, an_old_string_has_its_capacity_in_front)
{
        heap_begin(5);
        uintptr_t *block = heap_block(0x1000, 24 + 30 + 1);
        block[0] = 5;
        block[1] = 30;
        cr_assert(is_start(block, 24));
        block[0] = 31; /* longer than its capacity */
        cr_assert_not(is_start(block, 24));
        block[0] = 5;
        block[1] = 29;
        cr_assert_not(is_start(block, 24));
}

Test(shape, only_new_array_has_a_cookie)
{
        heap_begin(5);
        uintptr_t *block = heap_block_of(0x1000, 8 + 10 * 24, 1, WIRE_FAMILY_NEW_ARRAY);
        block[0] = 10;
        cr_assert(is_start(block, 8));
        block[0] = 7; /* does not divide the size */
        cr_assert_not(is_start(block, 8));
        uintptr_t *other = heap_block_of(0x2000, 8 + 10 * 24, 1, WIRE_FAMILY_NEW);
        other[0] = 10;
        cr_assert_not(is_start(other, 8));
}

Test(shape, over_aligned_elements_have_their_number_right_before_the_first)
{
        heap_begin(5);
        uintptr_t *block = heap_block_of(0x1000, 32 + 3 * 32, 1, WIRE_FAMILY_NEW_ARRAY);
        block[0] = 77;
        block[3] = 3;
        cr_assert(is_start(block, 32));
        cr_assert_not(is_start(block, 24));
}

Test(shape, an_empty_array_begins_at_its_end)
{
        heap_begin(5);
        uintptr_t *block = heap_block_of(0x1000, 8, 1, WIRE_FAMILY_NEW_ARRAY);
        block[0] = 0;
        cr_assert(is_start(block, 8));
        block[0] = 1;
        cr_assert_not(is_start(block, 8));
}

Test(shape, python_objects_stand_behind_the_collectors_links)
{
        heap_begin(5);
        uintptr_t *object = heap_block_of(0x1000, 64, 1, WIRE_FAMILY_PYOBJECT);
        cr_assert(is_start(object, 16));
        cr_assert_not(is_start(object, 24));
        uintptr_t *raw = heap_block_of(0x2000, 64, 1, WIRE_FAMILY_PYMEM_RAW);
        cr_assert_not(is_start(raw, 16));
}

/* Room for `n` attributes, of which `n_set` are set, behind a prefix of `prefix` bytes. */
static uintptr_t *attributes(uintptr_t at, size_t n, size_t n_set, size_t prefix, enum wire_family family)
{
        uintptr_t *block = heap_block_of(at, prefix + n * sizeof *block, 1, family);
        unsigned char *values = (unsigned char *)block + prefix;
        memset(block, 0, prefix + n * sizeof *block);
        values[-1] = (unsigned char)prefix;
        values[-2] = (unsigned char)n_set;
        return block;
}

Test(shape, attributes_of_a_python_object_stand_behind_a_prefix)
{
        heap_begin(5);
        interpreter.minor = 12;
        uintptr_t *few = attributes(0x1000, 6, 2, 8, WIRE_FAMILY_PYMEM);
        cr_assert(is_start(few, 8));
        cr_assert(is_start(few, 7));
        cr_assert_not(is_start(few, 6));
        cr_assert_not(is_start(few, 16));
        cr_assert_not(is_start(few, 15));
        uintptr_t *many = attributes(0x2000, 30, 30, 32, WIRE_FAMILY_PYMEM);
        cr_assert(is_start(many, 32));
        cr_assert(is_start(many, 31));
        cr_assert_not(is_start(many, 8));
        interpreter.minor = 11;
        cr_assert(is_start(few, 8));
        cr_assert_not(is_start(few, 7));
        interpreter.minor = 13; /* attributes lie in the object, or have their start pointed to */
        cr_assert_not(is_start(few, 8));
}

Test(shape, what_only_resembles_the_attributes_of_a_python_object_is_none)
{
        heap_begin(5);
        interpreter.minor = 12;
        cr_assert_not(is_start(attributes(0x1000, 6, 2, 8, WIRE_FAMILY_MALLOC), 8));
        cr_assert_not(is_start(attributes(0x2000, 6, 2, 8, WIRE_FAMILY_PYMEM_RAW), 8));
        cr_assert_not(is_start(attributes(0x3000, 7, 2, 8, WIRE_FAMILY_PYMEM), 8), "the prefix is too short for seven");
        cr_assert_not(is_start(attributes(0x4000, 6, 2, 16, WIRE_FAMILY_PYMEM), 16), "or too long for six");
        cr_assert_not(is_start(attributes(0x5000, 6, 7, 8, WIRE_FAMILY_PYMEM), 8), "more are set than there are");
        cr_assert_not(is_start(attributes(0x6000, 31, 2, 40, WIRE_FAMILY_PYMEM), 40), "no object shares so many");
        uintptr_t *block = attributes(0x7000, 6, 2, 8, WIRE_FAMILY_PYMEM);
        ((unsigned char *)block)[7] = 16;
        cr_assert_not(is_start(block, 8));
        cr_assert_not(is_start(block, 7));
}

Test(shape, the_colour_of_a_trees_node_is_in_its_pointer_to_the_left)
{
        heap_begin(5);
        uintptr_t *block = heap_block(0x1000, 24);
        block[0] = 77; /* a key may be anything */
        block[1] = 0x2000 | 1;
        block[2] = 0x3000;
        cr_assert(is_start(block, 1));
        cr_assert_not(is_start(block, 2));
        block[2] |= 1; /* there is no colour in that one */
        cr_assert_not(is_start(block, 1));
        uintptr_t *larger = heap_block(0x2000, 32);
        cr_assert_not(is_start(larger, 1));
}

/* `n` buckets of 24 bytes, the first in use, the last once. Returns the byte of the first. */
static unsigned char *rust_map(uintptr_t at, size_t n, size_t group)
{
        size_t offset = (n * 24 + 15) / 16 * 16;
        unsigned char *bytes = (unsigned char *)heap_block(at, offset + n + group) + offset;
        memset(bytes, 0xff, n + group);
        bytes[0] = 0x17;
        bytes[n - 1] = 0x80;
        memcpy(bytes + (n < group ? group : n), bytes, n < group ? n : group);
        return bytes;
}

Test(shape, a_map_of_rust_has_a_byte_for_each_bucket_behind_them)
{
#if defined __aarch64__
        const size_t group = 8;
#else
        const size_t group = 16;
#endif
        heap_begin(5);
        for (size_t n = 4; n <= 64; n *= 2) {
                uintptr_t at = 0x1000 * n;
                unsigned char *bytes = rust_map(at, n, group);
                uintptr_t *block = (uintptr_t *)(heap + at);
                size_t offset = (size_t)(bytes - (unsigned char *)block);
                cr_assert(is_start(block, offset), "%zu buckets", n);
                cr_assert_not(is_start(block, offset - 16));
                bytes[0] = 0x18; /* and its copy is another */
                cr_assert_not(is_start(block, offset));
                memset(bytes, 0, n + group); /* a map is never full */
                cr_assert_not(is_start(block, offset));
        }
}

Test(shape, two_bases_have_two_tables_of_functions)
{
        heap_begin(5);
        static uintptr_t code[4], tables[3][4], elsewhere[4];
        uintptr_t *first_table = tables[0], *second_table = tables[1], *data_table = tables[2];
        struct sort_pair of_code = {(uintptr_t)code, (uintptr_t)(code + 4)};
        struct sort_pair of_files = {(uintptr_t)tables, (uintptr_t)(tables + 3)};
        shape_set_mapped(&(struct shape_ranges){&of_code, 1}, &(struct shape_ranges){&of_files, 1});
        first_table[0] = (uintptr_t)&code[0];
        second_table[1] = (uintptr_t)&code[1]; /* the first is a pure virtual function */
        data_table[0] = 1234567;
        uintptr_t *object = heap_block_of(0x1000, 48, 1, WIRE_FAMILY_NEW);
        object[0] = (uintptr_t)first_table;
        object[3] = (uintptr_t)second_table;
        cr_assert(is_start(object, 24));
        object[3] = (uintptr_t)data_table;
        cr_assert_not(is_start(object, 24));
        elsewhere[0] = (uintptr_t)&code[0];
        object[3] = (uintptr_t)elsewhere;
        cr_assert_not(is_start(object, 24));
        object[3] = 8; /* no memory there */
        cr_assert_not(is_start(object, 24));
        uintptr_t *c = heap_block_of(0x2000, 48, 1, WIRE_FAMILY_MALLOC);
        c[0] = (uintptr_t)first_table;
        c[3] = (uintptr_t)second_table;
        cr_assert_not(is_start(c, 24));
}
