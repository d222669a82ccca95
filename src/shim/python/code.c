/* Python code objects, copied at first sight: an open-addressing table from address to index
 *
 * Readers take no lock: a key is written after its index. Writers hold `lock`, which is never held while anything
 * foreign is called; the caller sees to it that no signal handler of this thread comes here too.
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
        CODE_PLACES = 1 << 15, /* of the table; three quarters may be used */
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

static struct place *places;
static unsigned n_used; /* places that are not KEY_NONE; under `lock` */
static struct lock lock;
static _Atomic uint32_t generation;
uint64_t code_filter[CODE_FILTER_BITS / 64];

uint32_t code_generation(void) { return atomic_load_explicit(&generation, memory_order_relaxed); }

void code_forget(void)
{
        lock_reset(&lock);
        if (places)
                memset(places, 0, CODE_PLACES * sizeof *places);
        memset(code_filter, 0, sizeof code_filter);
        n_used = 0;
        atomic_fetch_add_explicit(&generation, 1, memory_order_relaxed);
        text_forget();
}

static struct place *place_find(uintptr_t object)
{
        if (!places)
                return NULL;
        for (unsigned at = (unsigned)mix64(object);; at++) {
                struct place *place = &places[at & (CODE_PLACES - 1)];
                uintptr_t key = atomic_load_explicit(&place->object, memory_order_acquire);
                if (key == object)
                        return place;
                if (key == KEY_NONE)
                        return NULL;
        }
}

static void place_insert_locked(uintptr_t object, uint32_t index)
{
        for (unsigned at = (unsigned)mix64(object);; at++) {
                struct place *place = &places[at & (CODE_PLACES - 1)];
                uintptr_t key = atomic_load_explicit(&place->object, memory_order_relaxed);
                if (key > KEY_DEAD)
                        continue;
                if (key == KEY_NONE)
                        n_used++;
                atomic_store_explicit(&place->index, index, memory_order_relaxed);
                place->print = code_deaths_unseen ? code_print((const unsigned char *)object) : 0;
                atomic_store_explicit(&place->object, object, memory_order_release);
                return;
        }
}

/* Bytes object -> text; nothing when it is absurdly long. */
static void line_table_copy(uintptr_t object, struct wire_code *code)
{
        const struct layout *layout = interpreter.layout;
        int64_t size;
        static unsigned char bytes[CODE_TABLE_BYTES_MAX]; /* under `lock` */
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
        if (!places)
                places = pages_take(CODE_PLACES * sizeof *places);
        if (!places || n_used >= CODE_PLACES / 4 * 3)
                return 0;
        uint32_t index = code_copy_locked(object);
        if (index) {
                unsigned bit = code_filter_place(object);
                __atomic_fetch_or(&code_filter[bit / 64], UINT64_C(1) << bit % 64, __ATOMIC_RELAXED);
                place_insert_locked(object, index);
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
                atomic_store_explicit(&place->object, KEY_DEAD, memory_order_release);
                atomic_fetch_add_explicit(&generation, 1, memory_order_relaxed);
        }
        lock_give(&lock);
}
