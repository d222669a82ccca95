/* Python code objects, copied at first sight: an open-addressing table from address to index
 *
 * Readers take no lock: a key is written after its index, and whoever asks for a code object runs it, so that its place
 * is not another's meanwhile. Writers hold `lock`, which is never held while anything foreign is called; the caller
 * sees to it that no signal handler of this thread comes here too.
 *
 * A table that is full has a larger one after it, with what is alive. The old one stays, since a reader may be in it:
 * each has four times the places of the one before, so all of those are a third of the last.
 */
#include "shim/python/code.h"

#include "bare/bits.h"
#include "shim/arena/arena.h"
#include "shim/python/interpreter.h"
#include "shim/python/text.h"
#include "shim/sys/lock.h"
#include "shim/sys/pages.h"
#include "shim/sys/probe.h"

#include <stdatomic.h>
#include <string.h>

enum {
        /* Places of the first table; three quarters of one may be used. The list in the arena is full before the last
         * table is half so. */
        TABLE_LOG2 = 15,
        TABLE_GROWTH_LOG2 = 2,
        TABLES = 4,
        CODE_STRUCT_BYTES = 256, /* more than any version's part that we read */
        CODE_TABLE_BYTES_MAX = 1 << 16,
        KEY_NONE = 0,
        KEY_DEAD = 1,
};

struct place {
        _Atomic uintptr_t object;
        _Atomic uint32_t index;
        uint32_t print; /* of what was copied: see code_print() */
};
bool code_deaths_unseen;

/* The addresses of its names and line table, and its first line: another function at the same address differs. */
static uint32_t code_print(const unsigned char *code)
{
        const struct layout *layout = interpreter.layout;
        uintptr_t words[3];
        int32_t line;
        memcpy(&words[0], code + layout->code_filename, sizeof words[0]);
        memcpy(&words[1], code + layout->code_qualname, sizeof words[1]);
        memcpy(&words[2], code + layout->code_line_table, sizeof words[2]);
        memcpy(&line, code + layout->code_first_line, sizeof line);
        return (uint32_t)mix64(words[0] ^ mix64(words[1] ^ mix64(words[2] ^ (uint32_t)line)));
}

static struct place *tables[TABLES];
static _Atomic unsigned current; /* which of them is in use; the others are nobody's, or an outgrown one's readers' */
static unsigned n_used; /* its places that are not KEY_NONE; under `lock` */
static struct lock lock;
static _Atomic uint32_t generation;
uint64_t code_filter[CODE_FILTER_BITS / 64];

static unsigned places_of(unsigned table) { return 1u << (TABLE_LOG2 + TABLE_GROWTH_LOG2 * table); }

uint32_t code_generation(void) { return atomic_load_explicit(&generation, memory_order_relaxed); }

void code_forget(void)
{
        lock_reset(&lock);
        atomic_store_explicit(&current, 0, memory_order_relaxed);
        if (tables[0])
                memset(tables[0], 0, places_of(0) * sizeof *tables[0]);
        memset(code_filter, 0, sizeof code_filter);
        n_used = 0;
        atomic_fetch_add_explicit(&generation, 1, memory_order_relaxed);
        text_forget();
}

static struct place *place_find(uintptr_t object)
{
        unsigned table = atomic_load_explicit(&current, memory_order_acquire), mask = places_of(table) - 1;
        struct place *places = tables[table];
        if (!places)
                return NULL;
        for (unsigned at = (unsigned)mix64(object);; at++) {
                struct place *place = &places[at & mask];
                uintptr_t key = atomic_load_explicit(&place->object, memory_order_acquire);
                if (unlikely(key == KEY_NONE)) /* asked first: a frame may have no code */
                        return NULL;
                if (key == object)
                        return place;
        }
}

/* How many places are used by it that were not: the place of a dead one may do. */
static unsigned place_insert_locked(unsigned table, uintptr_t object, uint32_t index, uint32_t print)
{
        for (unsigned at = (unsigned)mix64(object);; at++) {
                struct place *place = &tables[table][at & (places_of(table) - 1)];
                uintptr_t key = atomic_load_explicit(&place->object, memory_order_relaxed);
                if (key > KEY_DEAD)
                        continue;
                atomic_store_explicit(&place->index, index, memory_order_relaxed);
                place->print = print;
                atomic_store_explicit(&place->object, object, memory_order_release);
                return key == KEY_NONE;
        }
}

/* Nobody looks past the last dead places before an unused one: those are unused too. */
static void place_remove_locked(struct place *place)
{
        unsigned table = atomic_load_explicit(&current, memory_order_relaxed), mask = places_of(table) - 1;
        struct place *places = tables[table];
        unsigned at = (unsigned)(place - places);
        atomic_store_explicit(&place->object, KEY_DEAD, memory_order_release);
        if (atomic_load_explicit(&places[(at + 1) & mask].object, memory_order_relaxed) != KEY_NONE)
                return;
        for (; atomic_load_explicit(&places[at & mask].object, memory_order_relaxed) == KEY_DEAD; at--, n_used--)
                atomic_store_explicit(&places[at & mask].object, KEY_NONE, memory_order_release);
}

/* Into the next table with all that is alive. One that was in use before a fork is emptied first. */
static bool table_grow_locked(void)
{
        unsigned old = atomic_load_explicit(&current, memory_order_relaxed), new = old + 1, n = 0;
        if (new == TABLES)
                return false;
        size_t bytes = places_of(new) * sizeof *tables[new];
        if (tables[new])
                memset(tables[new], 0, bytes);
        else if (!(tables[new] = pages_take(bytes)))
                return false;
        for (unsigned at = 0; at < places_of(old); at++) {
                struct place *place = &tables[old][at];
                uintptr_t key = atomic_load_explicit(&place->object, memory_order_relaxed);
                if (key > KEY_DEAD)
                        n += place_insert_locked(new, key, atomic_load_explicit(&place->index, memory_order_relaxed),
                                                 place->print);
        }
        n_used = n;
        atomic_store_explicit(&current, new, memory_order_release);
        return true;
}

/* Is there a place for one more? */
static bool table_has_room_locked(void)
{
        unsigned table = atomic_load_explicit(&current, memory_order_relaxed);
        if (!tables[table] && !(tables[table] = pages_take(places_of(table) * sizeof *tables[table])))
                return false;
        return n_used < places_of(table) / 4 * 3 || table_grow_locked();
}

/* Bytes object -> text; nothing when it is absurdly long. */
static void line_table_copy(uintptr_t object, struct wire_code *code)
{
        const struct layout *layout = interpreter.layout;
        int64_t size;
        static unsigned char bytes[CODE_TABLE_BYTES_MAX] PAGES_APART; /* under `lock` */
        if (!probe_read(object + layout->var_size, &size, sizeof size) || size < 0 || size > CODE_TABLE_BYTES_MAX)
                return;
        if (!probe_read(object + layout->bytes_data, bytes, (size_t)size))
                return;
        code->line_table = arena_text_bytes(bytes, (size_t)size);
        code->line_table_bytes = code->line_table ? (uint32_t)size : 0;
}

static uintptr_t word_at(const unsigned char *bytes, unsigned offset)
{
        uintptr_t word;
        memcpy(&word, bytes + offset, sizeof word);
        return word;
}

static uint32_t code_copy_locked(uintptr_t object)
{
        const struct layout *layout = interpreter.layout;
        unsigned char bytes[CODE_STRUCT_BYTES];
        if (!probe_read(object, bytes, layout->code_line_table + sizeof(uintptr_t)))
                return 0;
        if (word_at(bytes, layout->object_type) != interpreter.code_type)
                return 0;
        struct wire_code copy = {.object = object, .kind = layout->line_table_kind};
        memcpy(&copy.first_line, bytes + layout->code_first_line, sizeof copy.first_line);
        copy.filename = text_of_str(word_at(bytes, layout->code_filename));
        copy.qualname = text_of_str(word_at(bytes, layout->code_qualname));
        if (!copy.filename || !copy.qualname)
                return 0;
        uint64_t index = arena_take(WIRE_EXTENT_CODES, 1, WIRE_DROP_CODES);
        if (!index || index > 0xffffff)
                return 0;
        line_table_copy(word_at(bytes, layout->code_line_table), &copy);
        *(struct wire_code *)arena_element(WIRE_EXTENT_CODES, index, sizeof copy) = copy;
        return (uint32_t)index;
}

static uint32_t code_add_locked(uintptr_t object)
{
        struct place *place = place_find(object); /* another thread may have been faster */
        if (place)
                return atomic_load_explicit(&place->index, memory_order_relaxed);
        if (!table_has_room_locked()) {
                arena_drop(WIRE_DROP_CODES);
                return 0;
        }
        uint32_t index = code_copy_locked(object);
        if (index) {
                unsigned bit = code_filter_place(object);
                __atomic_fetch_or(&code_filter[bit / 64], UINT64_C(1) << bit % 64, __ATOMIC_RELAXED);
                uint32_t print = code_deaths_unseen ? code_print((const unsigned char *)object) : 0;
                unsigned table = atomic_load_explicit(&current, memory_order_relaxed);
                n_used += place_insert_locked(table, object, index, print);
        }
        return index;
}

uint32_t code_intern(uintptr_t object)
{
        struct place *place = place_find(object);
        if (unlikely(code_deaths_unseen && place && place->print != code_print((const unsigned char *)object))) {
                code_died(object);
                place = NULL;
        }
        if (likely(place != NULL))
                return atomic_load_explicit(&place->index, memory_order_relaxed);
        lock_take(&lock);
        uint32_t index = code_add_locked(object);
        lock_give(&lock);
        return index;
}

void code_died(uintptr_t object)
{
        if (!place_find(object))
                return;
        lock_take(&lock);
        struct place *place = place_find(object);
        if (place && arena.base) {
                uint32_t index = atomic_load_explicit(&place->index, memory_order_relaxed);
                struct wire_code *code = arena_element(WIRE_EXTENT_CODES, index, sizeof *code);
                code->object = 0;
                place_remove_locked(place);
                atomic_fetch_add_explicit(&generation, 1, memory_order_relaxed);
        }
        lock_give(&lock);
}
