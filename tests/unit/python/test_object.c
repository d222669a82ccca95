/* Python objects in memory, by what stands where their type would be */
#include "mock_python.h"

#include "shim/arena/arena.h"
#include "shim/python/object.h"

#include <criterion/criterion.h>
#include <string.h>

enum { HAS_LINKS = 1 << 14, WORDS = 64 };

static bool readable(uintptr_t address, size_t bytes) { return address >= 4096 && bytes < 4096; }
static bool unreadable(uintptr_t address, size_t bytes) { return address && bytes > 4096; }

static uintptr_t type[WORDS], block[WORDS];

static void make_type(const char *name, uintptr_t flags)
{
        mock_begin();
        const struct layout *layout = interpreter.layout;
        type[layout->object_type / 8] = interpreter.type_type;
        type[layout->type_name / 8] = (uintptr_t)name;
        type[layout->type_flags / 8] = flags;
}

/* An object that begins `offset` bytes into the block. */
static void make_object(unsigned offset, int32_t count)
{
        memset(block, 0, sizeof block);
        memcpy((char *)block + offset, &count, sizeof count);
        block[(offset + interpreter.layout->object_type) / 8] = (uintptr_t)type;
}

static uintptr_t found(unsigned bytes)
{
        bool immortal = false;
        return object_type_frozen((uintptr_t)block, bytes, readable, &immortal);
}

Test(object, one_without_links_begins_its_block)
{
        make_type("int", 0);
        make_object(0, 1);
        cr_assert_eq(found(32), (uintptr_t)type);
        make_object(16, 1);
        cr_assert_eq(found(32), 0, "a word in the middle that happens to be a type's address");
}

Test(object, one_with_links_stands_behind_them)
{
        make_type("list", HAS_LINKS);
        make_object(16, 1);
        cr_assert_eq(found(64), (uintptr_t)type);
        make_object(32, 1);
        cr_assert_eq(found(64), (uintptr_t)type);
        make_object(0, 1);
        cr_assert_eq(found(64), 0, "the first word of an object with links is never its count");
}

Test(object, what_an_object_owns_is_none)
{
        make_type("list", HAS_LINKS);
        memset(block, 0, sizeof block);
        cr_assert_eq(found(64), 0);
        make_object(16, 1);
        cr_assert_eq(found(24), 0, "its type lies behind the end");
}

Test(object, the_immortal_are_known_by_their_count)
{
        make_type("str", 0);
        bool immortal = false;
        make_object(0, -1);
        cr_assert_eq(object_type_frozen((uintptr_t)block, 64, readable, &immortal), (uintptr_t)type);
        cr_assert(immortal);
        make_object(0, 3);
        object_type_frozen((uintptr_t)block, 64, readable, &immortal);
        cr_assert_not(immortal);
}

Test(object, before_3_12_nothing_is_immortal)
{
        make_type("str", 0);
        interpreter.layout = layout_find(3, 11, false);
        bool immortal = false;
        make_object(0, -1);
        cr_assert_eq(object_type_frozen((uintptr_t)block, 64, readable, &immortal), (uintptr_t)type);
        cr_assert_not(immortal);
}

Test(object, a_type_has_a_name)
{
        make_type("collections.deque", HAS_LINKS);
        uint32_t name = object_type_name_frozen((uintptr_t)type, readable);
        cr_assert_str_eq(arena_element(WIRE_EXTENT_TEXT, name, 1), "collections.deque");
        cr_assert_eq(object_type_name_frozen((uintptr_t)type, unreadable), 0);
}

Test(object, memory_that_cannot_be_read_is_left_alone)
{
        make_type("list", HAS_LINKS);
        make_object(16, 1);
        bool immortal;
        cr_assert_eq(object_type_frozen((uintptr_t)block, 64, unreadable, &immortal), 0);
}
