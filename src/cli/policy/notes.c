/* tracemalloc's notes, where the interpreter has no names: see notes.h
 *
 * A note has 12 bytes for each frame and 12 more (Modules/_tracemalloc.c, Python/tracemalloc.c: TRACEBACK_SIZE), and is
 * asked for through the raw domain. So may be the program's own block of that size, in the same call of an extension:
 * but for each block that it watches tracemalloc asks for more, of the raw domain or of malloc, and does so from
 * functions further in. Of all that one call led to, the block that was asked for by the fewest functions is the
 * program's own.
 */
#include "cli/policy/notes.h"

#include "cli/policy/map.h"

#include <stdlib.h>

enum { FRAME_BYTES = 12, LEAST_BYTES = 2 * FRAME_BYTES };

struct notes {
        const struct process *process;
        struct map *calls; /* node of the extension's frame -> struct depths *; NULL = not looked yet */
        struct depths *all;
};

/* How many frames of the interpreter lay between an extension's call and what it led to. */
struct depths {
        uint32_t least, most;
};

struct notes *notes_new(const struct process *process)
{
        struct notes *notes = calloc(1, sizeof *notes);
        if (!notes)
                abort();
        notes->process = process;
        return notes;
}

void notes_free(struct notes *notes)
{
        if (!notes)
                return;
        map_free(notes->calls);
        free(notes->all);
        free(notes);
}

static bool is_native(uint64_t word) { return wire_word_tag(word) <= WIRE_TAG_MODULE_MAX; }

/* The frame that called into the module of the innermost one, and how many of that module lie below it. 0 = none. */
static uint32_t caller_of(const struct process *process, uint32_t stack, uint32_t *ret_depth)
{
        const struct wire_node *nodes = process->nodes;
        uint32_t node = stack;
        if (wire_word_tag(nodes[node].word) != WIRE_TAG_ALLOCATOR)
                return 0;
        node = nodes[node].parent;
        if (wire_word_tag(nodes[node].word) == WIRE_TAG_PYTHON)
                node = nodes[node].parent;
        unsigned module = wire_word_tag(nodes[node].word);
        *ret_depth = 0;
        while (node && is_native(nodes[node].word) && wire_word_tag(nodes[node].word) == module) {
                ++*ret_depth;
                node = nodes[node].parent;
        }
        return is_native(nodes[node].word) ? node : 0;
}

static void look(struct notes *notes)
{
        const struct process *process = notes->process;
        size_t n = 0;
        notes->calls = map_new();
        notes->all = calloc(process->n_nodes + 1, sizeof *notes->all);
        if (!notes->all)
                abort();
        for (uint32_t i = 1; i < process->n_nodes; i++) {
                uint32_t depth, caller = caller_of(process, i, &depth);
                if (!caller)
                        continue;
                void **value = map_at(notes->calls, &caller, sizeof caller);
                struct depths *depths = *value ? *value : (*value = &notes->all[n++]);
                if (depths->most == 0 || depth < depths->least)
                        depths->least = depth;
                if (depth > depths->most)
                        depths->most = depth;
        }
}

bool notes_may_be(struct notes *notes, const struct site *site)
{
        uint32_t depth, caller = caller_of(notes->process, site->stack, &depth);
        if (site->least_bytes < LEAST_BYTES || site->least_bytes % FRAME_BYTES || site->most_bytes % FRAME_BYTES)
                return false;
        if (!caller)
                return true;
        if (!notes->calls)
                look(notes);
        const struct depths *depths = map_find(notes->calls, &caller, sizeof caller);
        return !depths || depth > depths->least || depths->least == depths->most;
}
