/* CPython's allocators where blocks are sampled
 *
 * What hooks/threshold.c is to malloc: nearly every block is to be passed on and nothing else. While the allocator
 * behind is asked, the thread is nested, so that what that asks of others is not sampled as a block of theirs at the
 * same address. A block that nobody knows goes back without: whom it comes to finds it unknown, too.
 */
#include "shim/record/own_sampled.h"

#include "shim/record/own.h"
#include "shim/record/sample.h"

/* What its pools do not serve asks another allocator. */
static __attribute__((noinline)) void *give_further(const struct layer *layer, size_t size, enum python_domain domain)
{
        struct thread *self = &thread_self;
        if (unlikely(!sample_passes(self, size)))
                return own_otherwise[domain].give((void *)(uintptr_t)layer, size);
        uint64_t may_pass = sample_nest_begin(self);
        void *block = layer->inner.give(layer->inner.context, layer_size(layer, size));
        sample_nest_end(self, may_pass);
        return block;
}

static ALWAYS_INLINE void *give(const struct layer *layer, size_t size, enum python_domain domain)
{
        struct thread *self = &thread_self;
        if (unlikely(size >= layer->pooled_end) || unlikely(!sample_passes(self, size)))
                return give_further(layer, size, domain);
        /* The pools seldom ask for anything, and then it may pass. What may pass is asked by a thread that is in nothing. */
        self->nest = 1;
        void *block = layer->inner.give(layer->inner.context, layer_size(layer, size));
        self->nest = 0;
        return block;
}

static ALWAYS_INLINE void *resize(const struct layer *layer, void *block, size_t size, enum python_domain domain)
{
        struct thread *self = &thread_self;
        if (unlikely(!sample_unknown(self, block) || !sample_passes(self, size)))
                return own_otherwise[domain].resize((void *)(uintptr_t)layer, block, size);
        uint64_t may_pass = sample_nest_begin(self);
        void *result = layer->inner.resize(layer->inner.context, block, layer_size(layer, size));
        sample_nest_end(self, may_pass);
        return result;
}

void *sampled_mem_give(void *layer, size_t size) { return give(layer, size, PYTHON_MEM); }
void *sampled_object_give(void *layer, size_t size) { return give(layer, size, PYTHON_OBJECT); }

void *sampled_mem_resize(void *layer, void *block, size_t size) { return resize(layer, block, size, PYTHON_MEM); }

void *sampled_object_resize(void *layer, void *block, size_t size) { return resize(layer, block, size, PYTHON_OBJECT); }

/* What is not seen at once. */
static __attribute__((noinline)) void release_further(void *context, void *block, enum python_domain domain)
{
        const struct layer *layer = context;
        if (sample_unknown_after_all(&thread_self, block))
                layer->inner.release(layer->inner.context, block);
        else
                own_otherwise[domain].release(context, block);
}

static ALWAYS_INLINE void release(void *context, void *block, enum python_domain domain)
{
        const struct layer *layer = context;
        if (likely(sample_stands_elsewhere(block)))
                layer->inner.release(layer->inner.context, block);
        else
                release_further(context, block, domain);
}

void sampled_mem_release(void *context, void *block) { release(context, block, PYTHON_MEM); }
void sampled_object_release(void *context, void *block) { release(context, block, PYTHON_OBJECT); }
