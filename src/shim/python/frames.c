/* The Python frames of this thread
 *
 * From the thread state a chain of frames leads outwards, each with its code object and the place it has reached.
 * We follow it by offsets (layout.h), which is three loads a frame, and intern it as a path of CODE nodes.
 *
 * A thread mostly allocates again and again below the same outer frames. So it keeps its last walk: a new one is
 * compared with it from the outermost frame inwards, and only what differs is interned again. Comparing all of it is
 * needed: that an inner frame is unchanged says nothing of how far its callers have gone meanwhile.
 *
 * What is read belongs to this thread and is alive, as long as the layout is right. That is not taken on trust: a
 * frame on a page where none was seen before is probed, a code object is probed and its type checked at first sight,
 * and the thread state must name this thread. The first contradictions turn frames off for the process, with a reason.
 */
#include "shim/python/frames.h"

#include "bare/bits.h"
#include "shim/arena/arena.h"
#include "shim/python/code.h"
#include "shim/python/interpreter.h"
#include "shim/self/options.h"
#include "shim/sys/pages.h"
#include "shim/sys/probe.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum {
        FRAMES_MAX = 256,   /* of one walk; what lies further out is cut */
        CHAIN_MAX = 1024,   /* links followed, frames that have no code included: bounds a loop in a corrupt chain */
        THREADS_MAX = 4096, /* threads past this many walk without a memory */
        PAGES_SEEN = 64,
        FRAME_BYTES = 128,  /* more than any version's part that we read */
        DOUBTS_MAX = 8,     /* frames whose code was no code object, before we stop believing the layout */
};

struct step {
        uintptr_t frame, code, at; /* at: what frame_lasti holds */
        uint32_t node;             /* of this frame on those outside it; valid in `last` only */
        bool entry;                /* the outermost frame of its native evaluation */
};

/* A thread's walks: outermost frame first in `last`, innermost first in `now`. */
struct walk {
        uint32_t n_last, generation;
        bool cut;
        struct step last[FRAMES_MAX], now[FRAMES_MAX];
        uintptr_t pages[PAGES_SEEN]; /* where frames were seen: page number + 1, direct-mapped */
};

static struct walk *_Atomic walks[THREADS_MAX] PAGES_APART;
static _Atomic(const char *) why_off;
static _Atomic uint32_t n_doubts, n_trusted, n_pauses;

void frames_pause(void) { atomic_fetch_add_explicit(&n_pauses, 1, memory_order_seq_cst); }
void frames_resume(void) { atomic_fetch_sub_explicit(&n_pauses, 1, memory_order_seq_cst); }

const char *frames_why_off(void) { return atomic_load_explicit(&why_off, memory_order_relaxed); }

static void turn_off(const char *why)
{
        atomic_store_explicit(&why_off, why, memory_order_relaxed);
        interpreter_tell(why);
        if (arena.base)
                arena.header->python.frames = 0;
}

void frames_forget(void)
{
        for (unsigned i = 0; i < THREADS_MAX; i++) {
                struct walk *walk = atomic_load_explicit(&walks[i], memory_order_relaxed);
                if (walk)
                        walk->n_last = 0;
        }
        code_forget();
}

static struct walk *walk_of(struct thread *self)
{
        if (self->slot == 0 || self->slot >= THREADS_MAX)
                return NULL;
        struct walk *walk = atomic_load_explicit(&walks[self->slot], memory_order_relaxed);
        if (unlikely(!walk)) {
                walk = pages_take(sizeof *walk);
                atomic_store_explicit(&walks[self->slot], walk, memory_order_relaxed);
        }
        return walk;
}

/* Loads of `bytes` at `address` are safe: it lies on a page where a frame was seen before, or was probed just now. */
static bool page_seen(struct walk *walk, uintptr_t address, unsigned bytes)
{
        if (address % sizeof(void *) != 0 || address < 4096)
                return false;
        uintptr_t first = address >> 12, last = (address + bytes - 1) >> 12;
        for (uintptr_t page = first; page <= last; page++) {
                uintptr_t *seen = &walk->pages[page % PAGES_SEEN];
                if (likely(*seen == page + 1))
                        continue;
                unsigned char byte;
                if (!probe_read(page == first ? address : page << 12, &byte, 1))
                        return false;
                *seen = page + 1;
        }
        return true;
}

static uintptr_t word(uintptr_t address) { return *(const uintptr_t *)address; }

/* The thread state to read frames from: the current one when it is this thread's, else the one that this thread would
 * take the GIL with, whose frames stand still meanwhile. 0 = this thread runs no Python. */
static uintptr_t state_find(const struct layout *layout)
{
        uintptr_t mine = (uintptr_t)interpreter.this_thread_state();
        uintptr_t current = (uintptr_t)interpreter.thread_state();
        if (!current || current == mine)
                return mine;
        if (layout->minor >= 12)
                return current;
        uintptr_t thread_id; /* up to 3.11: whoever holds the GIL; another interpreter's, if it is ours */
        if (probe_read(current + layout->tstate_thread_id, &thread_id, sizeof thread_id) &&
            thread_id == (uintptr_t)pthread_self())
                return current;
        return mine;
}

/* The innermost frame of this thread; 0 = none. */
static uintptr_t frame_first(const struct layout *layout, struct walk *walk)
{
        uintptr_t state = state_find(layout);
        if (!state || !page_seen(walk, state, 256))
                return 0;
        if (word(state + layout->tstate_thread_id) != (uintptr_t)pthread_self())
                return 0; /* a new thread's, before it runs */
        uintptr_t frame = word(state + layout->tstate_frame);
        if (layout->tstate_frame_in_cframe) {
                if (!frame || !page_seen(walk, frame, 16))
                        return 0;
                frame = word(frame + layout->cframe_frame);
        }
        return frame;
}

/* A code object whose type is wrong: the layout may be. Some are to be expected (frames of the interpreter itself
 * whose executable is no code), but never before a good one, nor most. */
static void doubt(void)
{
        if (atomic_load_explicit(&n_trusted, memory_order_relaxed) > 0)
                return;
        if (atomic_fetch_add_explicit(&n_doubts, 1, memory_order_relaxed) + 1 >= DOUBTS_MAX)
                turn_off("Python frames: this interpreter's frames are not laid out as in others of its version");
}

/* Follow the chain into walk->now; how many frames it has. */
static unsigned frames_gather(const struct layout *layout, struct walk *walk)
{
        unsigned n = 0, limit = options.malloc_context_size ? (unsigned)options.malloc_context_size : FRAMES_MAX;
        if (limit > FRAMES_MAX)
                limit = FRAMES_MAX;
        uintptr_t frame = frame_first(layout, walk);
        walk->cut = false;
        for (unsigned links = 0; frame && links < CHAIN_MAX; links++, frame = word(frame + layout->frame_back)) {
                if (!page_seen(walk, frame, FRAME_BYTES))
                        break;
                if (layout->entry == LAYOUT_ENTRY_OWNER &&
                    *(const unsigned char *)(frame + layout->entry_offset) >= layout->owner_skip) {
                        if (n)
                                walk->now[n - 1].entry = true;
                        continue;
                }
                if (n == limit) {
                        walk->cut = true;
                        break;
                }
                walk->now[n++] = (struct step){
                        .frame = frame,
                        .code = word(frame + layout->frame_code) & ~(uintptr_t)3,
                        .at = layout->lasti == LAYOUT_LASTI_POINTER ? word(frame + layout->frame_lasti)
                                                                    : *(const uint32_t *)(frame + layout->frame_lasti),
                        .entry = layout->entry == LAYOUT_ENTRY_EACH ||
                                 (layout->entry == LAYOUT_ENTRY_FLAG &&
                                  *(const unsigned char *)(frame + layout->entry_offset) != 0),
                };
        }
        return n;
}

static uint32_t lasti_bytes(const struct layout *layout, const struct step *step)
{
        switch (layout->lasti) {
        case LAYOUT_LASTI_BYTES:
                return (int32_t)step->at < 0 ? 0 : (uint32_t)step->at;
        case LAYOUT_LASTI_UNITS:
                return (int32_t)step->at < 0 ? 0 : (uint32_t)step->at * 2;
        default:;
                uintptr_t bytes = step->at - (step->code + layout->code_bytecode);
                return bytes > WIRE_LASTI_MAX ? 0 : (uint32_t)bytes;
        }
}

/* Intern walk->now, taking over from walk->last what is the same from the outermost frame on. */
static struct stack_id frames_intern(const struct layout *layout, struct walk *walk, unsigned n)
{
        unsigned same = 0;
        struct stack_id node = {0};
        if (walk->cut)
                node = trie_child(node, wire_word(WIRE_TAG_CUT, 0));
        else if (walk->generation == code_generation() && !code_deaths_unseen)
                for (; same < n && same < walk->n_last; same++) {
                        const struct step *now = &walk->now[n - 1 - same], *last = &walk->last[same];
                        if (now->frame != last->frame || now->code != last->code || now->at != last->at ||
                            now->entry != last->entry)
                                break;
                        node.n = last->node;
                }
        walk->generation = code_generation();
        for (unsigned i = same; i < n; i++) {
                struct step step = walk->now[n - 1 - i];
                uint32_t code = code_intern(step.code);
                if (code) {
                        atomic_store_explicit(&n_trusted, 1, memory_order_relaxed);
                        uint64_t word_code = wire_word_code(code, lasti_bytes(layout, &step));
                        node = trie_child(node, step.entry ? word_code | WIRE_CODE_ENTRY : word_code);
                } else {
                        doubt();
                }
                step.node = node.n;
                walk->last[i] = step;
        }
        walk->n_last = walk->cut ? 0 : n;
        return node;
}

struct stack_id frames_current(struct thread *self)
{
        const struct layout *layout = interpreter.layout;
        if (!layout || self->python_busy || frames_why_off() ||
            atomic_load_explicit(&n_pauses, memory_order_relaxed) || !interpreter.is_initialized())
                return (struct stack_id){0};
        struct walk *walk = walk_of(self);
        if (!walk)
                return (struct stack_id){0};
        self->python_busy = 1;
        struct stack_id node = frames_intern(layout, walk, frames_gather(layout, walk));
        self->python_busy = 0;
        return node;
}
