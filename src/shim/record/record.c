/* The one place where the subjects meet: what each event means
 *
 * A record is made after the allocator gave a block and unmade before it gets it back: in between another thread may
 * already have the same address. So record_release() and record_resize_begin() come before the real call,
 * record_birth() and record_resize_end() after it.
 */
#include "shim/record/record.h"

#include "shim/leak/declared.h"
#include "shim/python/python.h"
#include "shim/record/hot.h"
#include "shim/record/image.h"
#include "shim/record/log.h"
#include "shim/record/logged.h"
#include "shim/record/sample.h"
#include "shim/record/wrong.h"
#include "shim/self/life.h"
#include "shim/self/options.h"

static struct stack_id (*python_frames)(struct thread *self);
static unsigned hot_exceptions;

void hot_except(unsigned more, unsigned no_more)
{
        hot_exceptions = (hot_exceptions | more) & ~no_more;
        bool is_sampled = options.sample && arena.base;
        bool births = arena.base && !is_sampled && !(hot_exceptions & ~(unsigned)HOT_NO_RELEASE);
        sample_settle(is_sampled && !(hot_exceptions & (HOT_FAIL | HOT_PAST_US)));
        stamp_allow(births, births && !hot_exceptions);
}

void record_frames_through(struct stack_id (*frames)(struct thread *self))
{
        python_frames = frames;
        hot_except(frames ? HOT_PYTHON : 0, frames ? 0 : HOT_PYTHON);
}
bool (*record_python_excuses)(const struct block *block, enum wire_entry entry);

/* Blocks given out while we could not record; while there are none, a pointer that we do not know is a wrong one. */
uint32_t record_n_unseen;

static bool past_us, malloc_is_ours;

void record_past_us_begin(void)
{
        if (next_comes_to_ours("free"))
                return;
        malloc_is_ours = next_comes_to_ours("malloc");
        past_us = true;
        hot_except(HOT_PAST_US, 0);
}

static bool may_go_past_us(enum wire_entry entry)
{
        return unlikely(past_us) && wire_entry_family(entry) == WIRE_FAMILY_MALLOC;
}

static void past_us_end(void)
{
        past_us = false;
        hot_except(0, HOT_PAST_US);
}

void record_release_came(enum wire_entry entry)
{
        if (may_go_past_us(entry))
                past_us_end();
}

bool record_goes_past_us(enum wire_entry entry)
{
        if (!may_go_past_us(entry))
                return false;
        if (entry == WIRE_ENTRY_MALLOC && !malloc_is_ours) {
                past_us_end();
                return false;
        }
        arena_drop(WIRE_DROP_EARLY);
        return true;
}

bool record_begin(struct thread *self)
{
        if (self->quiet | self->nest)
                return false;
        if (arena.base == NULL && (life_is_inside((uintptr_t)__builtin_frame_address(0)) || !image_begin()))
                return false;
        if (self->count == NULL) {
                thread_quiet_begin(self);
                struct wire_count *count = thread_init(self);
                stack_thread_init(self);
                quarantine_begin(self);
                log_thread_begin(self);
                sample_thread_begin(self);
                self->count = count;
                thread_quiet_end(self);
        }
        return true;
}

void hot_flush(struct wire_count *count)
{
        struct wire_header *header = arena.header;
        int64_t before = __atomic_fetch_add(&header->flushed_bytes, count->live_bytes, __ATOMIC_RELAXED);
        int64_t peak = before + count->high_bytes;
        int64_t known = __atomic_load_n(&header->peak_bytes, __ATOMIC_RELAXED);
        while (peak > known && !__atomic_compare_exchange_n(&header->peak_bytes, &known, peak, true, __ATOMIC_RELAXED,
                                                            __ATOMIC_RELAXED))
                ;
        count->live_bytes = 0;
        count->high_bytes = 0;
}

void *hot_flush_and_give(void *block)
{
        hot_flush(thread_self.count);
        return block;
}

void hot_flush_and_free(void *block)
{
        hot_flush(thread_self.count);
        if (block)
                next_free(block);
}

void *logged_tell_birth(void *block, size_t size, uint32_t stack, bool flush_due)
{
        log_event(&thread_self, WIRE_LOG_BIRTH, (uintptr_t)block, stack, size, 0);
        return flush_due ? hot_flush_and_give(block) : block;
}

void logged_tell_release(void *block, void *out, uint32_t stack, bool flush_due)
{
        log_event(&thread_self, WIRE_LOG_RELEASE, (uintptr_t)block, stack, 0, 0);
        if (flush_due)
                hot_flush(thread_self.count);
        if (out)
                next_free(out);
}

static inline struct stack_id stack_of(struct thread *self, const struct stack_start *start, uint64_t allocator_word)
{
        if (likely(python_frames == NULL))
                return stack_capture(self, start, allocator_word);
        struct stack_id frames = stack_walk(self, start);
        struct stack_id python = python_frames(self);
        if (python.n)
                frames = trie_child(frames, wire_word(WIRE_TAG_PYTHON, python.n));
        return trie_child(frames, allocator_word);
}

static inline void birth_as(struct thread *self, void *block, size_t size, enum wire_entry entry, unsigned align_log2,
                            enum wire_family family, const struct stack_start *start)
{
        if (unlikely(self->sampling) && !sample_takes(self, size))
                return;
        struct stack_id stack = stack_of(self, start, wire_word_allocator(entry, align_log2));
        sample_insert(self, (uintptr_t)block, size, stack.n, family);
        if (unlikely(self->ignoring))
                declared_ignore((uintptr_t)block);
        hot_count_born(self->count, size);
        if (unlikely(self->logging))
                log_birth(self, (uintptr_t)block, size, stack.n, family);
}

void record_birth(struct thread *self, void *block, size_t size, enum wire_entry entry, unsigned align_log2,
                  const struct stack_start *start)
{
        enum wire_family family = wire_entry_family(entry);
        if (unlikely(align_log2 != 0 && family != WIRE_FAMILY_MALLOC))
                __atomic_store_n(&arena.any_aligned_new, true, __ATOMIC_RELAXED);
        birth_as(self, block, size, entry, align_log2, family, start);
}

void record_unborn(struct thread *self, void *block)
{
        struct block inner;
        if (!table_find((uintptr_t)block, &inner) || inner.released)
                return;
        sample_table_forget(self, &inner);
        self->count->births--;
        self->count->live_bytes -= (int64_t)inner.size;
        if (unlikely(self->logging))
                log_unborn(self, inner.start);
}

void record_birth_known(struct thread *self, void *block, size_t size, struct stack_id stack, enum wire_family family)
{
        if (unlikely(self->sampling) && !sample_takes(self, size))
                return;
        sample_insert(self, (uintptr_t)block, size, stack.n, family);
        if (unlikely(self->ignoring))
                declared_ignore((uintptr_t)block);
        hot_count_born(self->count, size);
        if (unlikely(self->logging))
                log_birth(self, (uintptr_t)block, size, stack.n, family);
}

void record_release_known(struct thread *self, const struct block *block, struct stack_id stack)
{
        table_release(block, stack.n);
        hot_count_released(self->count, block->size);
        if (unlikely(self->logging))
                log_release(self, block->start, stack.n, WIRE_LOG_RELEASE);
}

void record_forgotten(struct thread *self, const struct block *block)
{
        hot_count_released(self->count, block->size);
        if (unlikely(self->logging))
                log_release(self, block->start, 0, WIRE_LOG_RESIZE);
}

void record_no_gil(struct thread *self, void *address, enum wire_entry entry, const struct stack_start *start)
{
        struct block block;
        bool known = address && table_find((uintptr_t)address, &block) && !block.released;
        struct wrong wrong = {
                .block = known ? &block : NULL, .address = (uintptr_t)address, .entry = entry, .start = start};
        wrong_no_gil(self, &wrong);
}

struct stack_id record_release_stack(struct thread *self, enum wire_entry entry, const struct stack_start *start)
{
        return stack_of(self, start, wire_word_allocator(entry, 0));
}

/* What the block's slot is to say of its release. Who tells it to a log needs a node. */
static uint32_t stack_of_release(struct thread *self, const struct block *block, enum wire_entry entry,
                                 const struct stack_start *start)
{
        if (!options.release_stacks)
                return 0;
        if (python_frames || !block->slot || self->logging)
                return record_release_stack(self, entry, start).n;
        uint32_t stack = stack_capture_draft(self, start, wire_word_allocator(entry, 0)).n;
        if (unlikely(draft_is(stack)))
                settle_drafted(hot_level(self), stack, block->start);
        return stack;
}

/* Does what the program says about the block agree with its birth? Only the C++ families and the sized forms of C say
 * anything: plain free() takes a block of any alignment, plain delete only one of new's own. */
static inline bool agrees(const struct block *block, enum wire_family family, size_t given_size, size_t given_align)
{
        if (likely(family != WIRE_FAMILY_NEW && family != WIRE_FAMILY_NEW_ARRAY && given_size == RECORD_NOT_GIVEN))
                return true;
        if (given_size != RECORD_NOT_GIVEN && given_size != block->size)
                return false;
        if (given_align == RECORD_NOT_GIVEN && family == WIRE_FAMILY_MALLOC)
                return true;
        unsigned born = wire_word_align_log2(arena.nodes[block->stack].word);
        return block->stack == 0 || born == (given_align == RECORD_NOT_GIVEN ? 0 : log2_exact(given_align));
}

static bool is_excused(const struct block *block, enum wire_entry entry)
{
        return record_python_excuses && record_python_excuses(block, entry);
}

enum record_act record_release(struct thread *self, void *address, enum wire_entry entry, size_t given_size,
                               size_t given_align, const struct stack_start *start, struct record_released *ret)
{
        struct block block;
        enum wire_family family = wire_entry_family(entry);
        bool known = table_find((uintptr_t)address, &block);
        struct wrong wrong = {.block = known ? &block : NULL,
                              .address = (uintptr_t)address,
                              .entry = entry,
                              .given_size = given_size,
                              .given_align = given_align,
                              .start = start};
        ret->size = SIZE_MAX;
        if (unlikely(self->sampling) && !known)
                return RECORD_PASS; /* as most are not */
        if (unlikely(!known || block.released))
                return wrong_unknown(self, &wrong, &ret->owner);
        ret->size = block.size;
        enum record_act act = RECORD_PASS;
        if (unlikely(block.family != family) && !is_excused(&block, entry)) {
                wrong_mismatch(self, &wrong);
                ret->owner = block.family;
                ret->is_aligned = block.stack && wire_word_align_log2(arena.nodes[block.stack].word) != 0;
                act = RECORD_OWNER;
        } else if (unlikely(!agrees(&block, family, given_size, given_align))) {
                wrong_size(self, &wrong);
        }
        uint32_t stack = stack_of_release(self, &block, entry, start);
        table_release(&block, stack);
        hot_count_released(self->count, block.size);
        if (unlikely(self->logging))
                log_release(self, block.start, stack, WIRE_LOG_RELEASE);
        return act;
}

enum record_act record_resize_begin(struct thread *self, void *address, enum wire_entry entry,
                                    const struct stack_start *start, struct record_resize *ret_resize,
                                    enum wire_family *ret_owner)
{
        ret_resize->family = wire_entry_family(entry);
        ret_resize->known = table_find((uintptr_t)address, &ret_resize->old);
        struct block *old = &ret_resize->old;
        struct wrong wrong = {.block = ret_resize->known ? old : NULL,
                              .address = (uintptr_t)address,
                              .entry = entry,
                              .given_size = RECORD_NOT_GIVEN,
                              .given_align = RECORD_NOT_GIVEN,
                              .start = start};
        if (unlikely(self->sampling) && !ret_resize->known)
                return RECORD_PASS;
        if (unlikely(!ret_resize->known || old->released)) {
                ret_resize->known = false;
                return wrong_unknown(self, &wrong, ret_owner);
        }
        enum record_act act = RECORD_PASS;
        ret_resize->family = old->family;
        if (unlikely(old->family != wire_entry_family(entry)) && !is_excused(old, entry)) {
                wrong_mismatch(self, &wrong);
                *ret_owner = old->family;
                act = RECORD_OWNER;
                if (python_family(old->family))
                        record_others_below();
        }
        /* Remembered as released already now: after the real call another thread may have the address. */
        uint32_t stack = stack_of_release(self, old, entry, start);
        table_release(old, stack);
        sample_forget(self, address);
        if (unlikely(self->logging))
                log_release(self, old->start, stack, WIRE_LOG_RESIZE);
        return act;
}

void record_resize_end(struct thread *self, const struct record_resize *resize, void *result, size_t size,
                       enum wire_entry entry, const struct stack_start *start)
{
        const struct block *old = &resize->old;
        /* realloc(p, 0) releases (glibc malloc/malloc.c, __libc_realloc); any other NULL leaves the old block alive. */
        if (result == NULL && resize->known && size != 0) {
                sample_insert(self, old->start, old->size, old->stack, old->family);
                if (unlikely(self->logging))
                        log_restored(self);
        } else if (resize->known) {
                hot_count_released(self->count, old->size);
        }
        if (result)
                birth_as(self, result, size, entry, 0, resize->family, start);
}

void record_unseen_release(struct thread *self, void *address)
{
        struct block block;
        if (arena.base == NULL || self->count == NULL || (self->sampling && table_is_unknown((uintptr_t)address)))
                return;
        if (likely(record_is_gone(address)))
                return;
        if (!table_find((uintptr_t)address, &block) || block.released)
                return;
        sample_table_forget(self, &block);
        hot_count_released(self->count, block.size);
        if (unlikely(self->logging))
                log_release(self, block.start, 0, WIRE_LOG_RELEASE);
}

void record_unseen(struct thread *self, void *block, size_t size)
{
        if (self->nest) {
                if (record_is_nested(self))
                        record_backing(block);
                return;
        }
        declared_unseen((uintptr_t)block, size);
        if (arena.base == NULL)
                return;
        __atomic_fetch_add(&record_n_unseen, 1, __ATOMIC_RELAXED);
        table_clear((uintptr_t)block);
        struct block around;
        if (table_find_holding((uintptr_t)block, true, &around) && around.released)
                table_forget(&around);
}

/* When that was last, by life_epochs(); 0 = never. UINT64_MAX = it goes on. */
static uint64_t bypassed;

void record_bypassed(bool for_good)
{
        uint32_t before;
        if (arena.base == NULL || !life_owner())
                return;
        record_others_below();
        if (for_good)
                arena_drop(WIRE_DROP_DEEP);
        uint64_t now = for_good ? UINT64_MAX : life_epoch_begin(&before);
        uint64_t last = __atomic_load_n(&bypassed, __ATOMIC_RELAXED);
        while (last < now && !__atomic_compare_exchange_n(&bypassed, &last, now, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                ;
}

/* Epochs go round: what is of the present one, or of one that began after that, is told from the others by how far it
 * lies back. After as many as there are, nothing is told any more. */
bool record_may_be_given_out(const struct block *released)
{
        enum { EPOCHS = 255 };
        uint64_t when = __atomic_load_n(&bypassed, __ATOMIC_RELAXED), now = life_epochs();
        if (when == 0 || quarantine_holds((void *)released->start))
                return false;
        unsigned age = (arena.epoch + EPOCHS - released->epoch) % EPOCHS;
        return when > now || now - when >= EPOCHS || released->epoch == 0 || age > now - when;
}

void record_others_below(void)
{
        if (unlikely(record_n_unseen == 0))
                record_n_unseen = 1;
}

void record_untracked(void *block)
{
        record_others_below();
        table_clear((uintptr_t)block);
}
