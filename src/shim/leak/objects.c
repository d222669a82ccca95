/* Lost Python objects, by their types
 *
 * "100 list objects" says more than 7200 bytes. A type is told by its address; its name is read once and kept as text.
 * What an object owns beside itself (the items of a list, the table of a dict) is no object and has no row.
 */
#include "shim/leak/objects.h"

#include "bare/bits.h"
#include "shim/leak/find.h"
#include "shim/leak/holder.h"
#include "shim/leak/mark.h"
#include "shim/python/object.h"
#include "shim/sys/pages.h"

enum { N_PLACES = 1 << 14, N_ROWS_MAX = N_PLACES / 2, N_NAMES = 1 << 10 };

static struct looking {
        uint32_t rows[N_PLACES]; /* open addressing; index in the extent, 0 = free */
        uint32_t n_rows;
        struct {
                uintptr_t type;
                uint32_t name;
        } names[N_NAMES]; /* direct-mapped */
} * looking;

static uint32_t name_of(uintptr_t type)
{
        unsigned at = (unsigned)mix64(type) % N_NAMES;
        if (looking->names[at].type != type) {
                looking->names[at].type = type;
                looking->names[at].name = object_type_name_frozen(type, mark_readable);
        }
        return looking->names[at].name;
}

/* Types of the same name, and a name that was read twice, have a row each: readers add them up. */
static struct wire_holder *row_of(const struct block *block, unsigned verdict, uint32_t name)
{
        uint64_t at = mix64((uint64_t)block->stack << 32 ^ (uint64_t)name << 3 ^ verdict);
        for (;; at++) {
                uint32_t *place = &looking->rows[at % N_PLACES];
                struct wire_holder *row = holder_row(*place);
                if (*place && row->stack == block->stack && row->verdict == verdict && row->other == name)
                        return row;
                if (*place)
                        continue;
                if (looking->n_rows == N_ROWS_MAX || (*place = holder_row_new()) == 0)
                        return NULL;
                looking->n_rows++;
                row = holder_row(*place);
                *row = (struct wire_holder){
                        .stack = block->stack, .verdict = (uint8_t)verdict, .kind = WIRE_HOLDER_TYPE, .other = name};
                return row;
        }
}

static bool is_lost(unsigned verdict)
{
        return verdict == WIRE_VERDICT_DEFINITE || verdict == WIRE_VERDICT_INDIRECT || verdict == WIRE_VERDICT_POSSIBLE;
}

static bool look_at(const struct block *block)
{
        bool immortal = false;
        if (block->family != WIRE_FAMILY_PYOBJECT)
                return true;
        uintptr_t type = object_type_frozen(block->start, block->size, mark_readable, &immortal);
        if (type == 0)
                return true;
        if (immortal)
                table_set_verdict(block, WIRE_VERDICT_RUNTIME);
        uint32_t name = immortal || !looking ? 0 : name_of(type);
        struct wire_holder *row = name ? row_of(block, block->verdict, name) : NULL;
        if (row) {
                row->blocks++;
                row->bytes += block->size;
        }
        return true;
}

void objects_look(void)
{
        looking = holder_is_begun() ? pages_take(sizeof *looking) : NULL;
        find_each(is_lost, look_at);
        if (looking)
                pages_give(looking, sizeof *looking);
        looking = NULL;
}
