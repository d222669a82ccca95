/* Our layer over CPython's allocators */
#include "shim/python/layer.h"

#include "shim/self/thread.h"
#include "shim/sys/maps.h"
#include "shim/sys/pages.h"
#include "shim/sys/probe.h"

#include <string.h>

/* More than this many times no program reinitialises with other allocators; then we stay below. */
enum { LAYERS_MAX = 16, LEAST_BYTES = 17, POOLED_END = 513 };

static struct layer layers[PYTHON_DOMAINS][LAYERS_MAX] PAGES_APART;
static unsigned n_layers[PYTHON_DOMAINS];
static const struct python_allocator *places[PYTHON_DOMAINS];

static bool is_ours(enum python_domain domain, const void *context)
{
        const struct layer *layer = context;
        return layer >= layers[domain] && layer < layers[domain] + LAYERS_MAX;
}

bool layer_laid_aside(enum python_domain domain)
{
        struct python_allocator now = {0};
        if (!interpreter.here)
                return true;
        interpreter.get_allocator((int)domain, &now);
        for (unsigned i = 0; i < n_layers[domain]; i++)
                if (layers[domain][i].inner.give == now.give)
                        return true;
        return false;
}

/* Where do our functions, set just now, stand in the interpreter's data? CPython keeps each domain's five words as we
 * gave them (Objects/obmalloc.c up to 3.11, _PyRuntime from 3.12 on), in initialised data. */
struct search {
        const struct python_allocator *wanted, *found;
        uint64_t inode;
};

static bool inode_visit(const struct map *map, void *context)
{
        struct search *search = context;
        if (map->start == interpreter.text_start)
                search->inode = map->inode;
        return !search->inode;
}

static bool place_visit(const struct map *map, void *context)
{
        struct search *search = context;
        if (!map->readable || !map->writable || map->inode != search->inode)
                return true;
        for (uintptr_t at = map->start; at + sizeof *search->wanted <= map->end; at += sizeof(void *))
                if (memcmp((const void *)at, search->wanted, sizeof *search->wanted) == 0) {
                        search->found = (const struct python_allocator *)at;
                        return false;
                }
        return true;
}

static const struct python_allocator *place_find(const struct python_allocator *wanted)
{
        struct search search = {.wanted = wanted};
        maps_each(inode_visit, &search);
        if (search.inode)
                maps_each(place_visit, &search);
        return search.found;
}

/* Are these CPython's debug hooks (PYTHONMALLOC=debug, -X dev)? Their context begins with a letter for the domain, and
 * the functions below them follow (Objects/obmalloc.c, debug_alloc_api_t, 3.8 to 3.14). */
static bool is_debug(enum python_domain domain, const struct python_allocator *found)
{
        struct {
                char letter;
                struct python_allocator below;
        } head;
        static const char letters[PYTHON_DOMAINS] = {'r', 'm', 'o'};
        return interpreter_holds((uintptr_t)found->give) && probe_read((uintptr_t)found->context, &head, sizeof head) &&
               head.letter == letters[domain] && head.below.give && head.below.release;
}

/* pymalloc, which serves small blocks from its own pools (Objects/obmalloc.c, SMALL_REQUEST_THRESHOLD)? */
static bool is_pymalloc(const struct python_allocator *found)
{
        struct python_allocator raw = {0};
        interpreter.get_allocator(PYTHON_RAW, &raw);
        const struct layer *lowest = layer_first(PYTHON_RAW);
        if (lowest)
                raw = lowest->inner;
        return interpreter_holds((uintptr_t)found->give) && !found->context && found->give != raw.give;
}

const struct layer *layer_first(enum python_domain domain) { return n_layers[domain] ? &layers[domain][0] : NULL; }

void layer_forget(void)
{
        for (unsigned domain = 0; domain < PYTHON_DOMAINS; domain++)
                n_layers[domain] = 0, places[domain] = NULL;
}

bool layer_install(const struct python_allocator hooks[PYTHON_DOMAINS], unsigned n)
{
        bool foreign = false;
        for (unsigned domain = 0; domain < n; domain++) {
                struct python_allocator now = {0};
                interpreter.get_allocator((int)domain, &now);
                if (is_ours(domain, now.context) || n_layers[domain] == LAYERS_MAX || !now.give)
                        continue;
                struct layer *layer = &layers[domain][n_layers[domain]++];
                bool checks = is_debug(domain, &now);
                bool pooled = domain != PYTHON_RAW && !checks && !interpreter.free_threaded && is_pymalloc(&now);
                *layer = (struct layer){.inner = now,
                                        .domain = domain,
                                        .least_bytes = checks ? 0 : LEAST_BYTES,
                                        .pooled_end = pooled ? POOLED_END : 0,
                                        .checks = checks};
                foreign |= !checks && (now.context || !interpreter_holds((uintptr_t)now.give));
                struct python_allocator ours = hooks[domain];
                ours.context = layer;
                layer->nowhere = ours;
                layer->place = places[domain] ? places[domain] : &layer->nowhere;
                interpreter.set_allocator((int)domain, &ours);
                if (!places[domain] && (places[domain] = place_find(&ours)))
                        layer->place = places[domain];
        }
        return foreign;
}

static const struct layer *layer_of(enum wire_family family)
{
        enum python_domain domain;
        switch (family) {
        case WIRE_FAMILY_PYMEM:
                domain = PYTHON_MEM;
                break;
        case WIRE_FAMILY_PYOBJECT:
                domain = PYTHON_OBJECT;
                break;
        case WIRE_FAMILY_PYMEM_RAW:
                domain = PYTHON_RAW;
                break;
        default:
                return NULL;
        }
        return n_layers[domain] ? &layers[domain][n_layers[domain] - 1] : NULL;
}

/* Before its initialisation and after its end the interpreter has one thread. */
static bool may_enter(const struct layer *layer) { return layer->domain == PYTHON_RAW || interpreter_gil_held(); }

bool python_give(void *block, enum wire_family owner)
{
        const struct layer *layer = layer_of(owner);
        if (!layer)
                return false;
        struct thread *self = &thread_self;
        thread_nest_begin(self);
        if (may_enter(layer))
                layer->inner.release(layer->inner.context, block);
        thread_nest_end(self);
        return true;
}

bool python_resize(void *block, size_t size, enum wire_family owner, void **ret_result)
{
        const struct layer *layer = layer_of(owner);
        if (!layer)
                return false;
        struct thread *self = &thread_self;
        thread_nest_begin(self);
        *ret_result =
                may_enter(layer) ? layer->inner.resize(layer->inner.context, block, layer_size(layer, size)) : NULL;
        thread_nest_end(self);
        return true;
}
