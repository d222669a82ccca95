/* CPython's allocators where blocks are sampled
 *
 * What hooks/threshold.c is to malloc: nearly every block is to be passed on and nothing else. While the allocator
 * behind is asked, the thread is nested, so that what that asks of others is not sampled as a block of theirs at the
 * same address. A block that nobody knows goes back without: whom it comes to finds it unknown, too.
 */
#include "shim/record/own_sampled.h"

#include "shim/python/code.h"
#include "shim/record/own.h"
#include "shim/record/sample.h"

static ALWAYS_INLINE void *give(const struct layer *layer, size_t size, void *(*otherwise)(void *layer, size_t size))
{
        struct thread *self = &thread_self;
        if (unlikely(!sample_passes(self, size)))
                return otherwise((void *)(uintptr_t)layer, size);
        self->nest++;
        void *block = layer->inner.give(layer->inner.context, layer_size(layer, size));
        self->nest--;
        return block;
}

static ALWAYS_INLINE void *resize(const struct layer *layer, void *block, size_t size,
                                  void *(*otherwise)(void *layer, void *block, size_t size))
{
        struct thread *self = &thread_self;
        if (unlikely(!sample_unknown(self, block) || !sample_passes(self, size)))
                return otherwise((void *)(uintptr_t)layer, block, size);
        self->nest++;
        void *result = layer->inner.resize(layer->inner.context, block, layer_size(layer, size));
        self->nest--;
        return result;
}

void *sampled_mem_give(void *layer, size_t size) { return give(layer, size, own_otherwise[PYTHON_MEM].give); }
void *sampled_object_give(void *layer, size_t size) { return give(layer, size, own_otherwise[PYTHON_OBJECT].give); }

void *sampled_mem_resize(void *layer, void *block, size_t size)
{
        return resize(layer, block, size, own_otherwise[PYTHON_MEM].resize);
}

void *sampled_object_resize(void *layer, void *block, size_t size)
{
        return resize(layer, block, size, own_otherwise[PYTHON_OBJECT].resize);
}

void sampled_mem_release(void *context, void *block)
{
        const struct layer *layer = context;
        if (likely(sample_unknown(&thread_self, block)) || sample_unknown_after_all(&thread_self, block))
                layer->inner.release(layer->inner.context, block);
        else
                own_otherwise[PYTHON_MEM].release(context, block);
}

/* A code object's end is of interest also where its block is not known. */
void sampled_object_release(void *context, void *block)
{
        const struct layer *layer = context;
        bool unknown = likely(sample_unknown(&thread_self, block)) || sample_unknown_after_all(&thread_self, block);
        if (likely(unknown) && likely(!code_maybe((uintptr_t)block)))
                layer->inner.release(layer->inner.context, block);
        else
                own_otherwise[PYTHON_OBJECT].release(context, block);
}
