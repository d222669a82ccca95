/* Comparing our walks with those of libgcc
 *
 * The test of tests: in any program, every stack that we record is walked again by _Unwind_Backtrace(), and the two
 * must agree frame by frame. It is bound weakly, since we link nothing but libc: run with
 * LD_PRELOAD="libunfreed.so libgcc_s.so.1" where the program does not use libgcc_s itself.
 *
 * libgcc calls us back for each frame from the innermost outwards, which is the order in which a trie path is read, so
 * that nothing need be kept. It goes through our own frames first.
 */
#include "shim/stack/check.h"

#include "bare/bits.h"
#include "shim/arena/arena.h"
#include "shim/sys/message.h"

#include <stdatomic.h>
#include <unwind.h>

extern __typeof(_Unwind_Backtrace) _Unwind_Backtrace __attribute__((weak));
extern __typeof(_Unwind_GetIPInfo) _Unwind_GetIPInfo __attribute__((weak));
extern __typeof(_Unwind_GetCFA) _Unwind_GetCFA __attribute__((weak));

enum { SHOWN = 8 };

bool check_on;
static _Atomic uint64_t n_walks, n_memoised, n_frames, n_differ, n_not_found;

struct difference {
        uint64_t start_pc, at_frame, theirs, ours;
};
static struct difference differences[SHOWN];

struct comparison {
        const struct stack_start *start;
        uint32_t node; /* what must come next */
        uint32_t n;
        bool begun, over, differs;
        uint64_t theirs;
};

void check_init(bool wanted)
{
        check_on = wanted && _Unwind_Backtrace && _Unwind_GetIPInfo && _Unwind_GetCFA;
        if (wanted && !check_on)
                message_line("self-check is off: this process has no libgcc_s.so.1");
}

/* libgcc's address of a frame, as a word's value: one past the instruction, interrupted frames too. */
static uint64_t context_value(struct _Unwind_Context *context)
{
        int before = 0;
        uint64_t ip = _Unwind_GetIPInfo(context, &before);
        return wire_word_value(ip + (before != 0));
}

static _Unwind_Reason_Code frame_compare(struct _Unwind_Context *context, void *argument)
{
        struct comparison *c = argument;
        uint64_t value = context_value(context);
        if (!c->begun)
                c->begun = value == c->start->pc && _Unwind_GetCFA(context) == c->start->sp;
        if (!c->begun || value == 0)
                return _URC_NO_REASON;
        uint64_t word = arena.nodes[c->node].word;
        if (c->node != 0 && wire_word_tag(word) == WIRE_TAG_CUT)
                c->over = true;
        else if (c->node == 0 || wire_word_tag(word) > WIRE_TAG_MODULE_MAX || wire_word_value(word) != value)
                c->over = c->differs = true;
        if (c->over) {
                c->theirs = value;
                return _URC_END_OF_STACK;
        }
        c->n++;
        c->node = arena.nodes[c->node].parent;
        return _URC_NO_REASON;
}

void check_walk(const struct stack_start *start, uint32_t node, bool memoised)
{
        struct comparison c = {.start = start, .node = node};
        _Unwind_Backtrace(frame_compare, &c);
        atomic_fetch_add(&n_walks, 1);
        atomic_fetch_add(&n_memoised, memoised);
        atomic_fetch_add(&n_frames, c.n);
        if (!c.begun) {
                atomic_fetch_add(&n_not_found, 1);
                return;
        }
        if (!c.over && c.node != 0 && wire_word_tag(arena.nodes[c.node].word) <= WIRE_TAG_MODULE_MAX)
                c.differs = true; /* theirs ended first */
        if (!c.differs)
                return;
        uint64_t i = atomic_fetch_add(&n_differ, 1);
        if (i < SHOWN)
                differences[i] = (struct difference){start->pc, c.n, c.theirs, arena.nodes[c.node].word};
}

void check_report(void)
{
        struct message m;
        if (!check_on)
                return;
        message_begin(&m);
        message_text(&m, "self-check: walks ");
        message_number(&m, atomic_load(&n_walks));
        message_text(&m, " short ");
        message_number(&m, atomic_load(&n_memoised));
        message_text(&m, " frames ");
        message_number(&m, atomic_load(&n_frames));
        message_text(&m, " not-comparable ");
        message_number(&m, atomic_load(&n_not_found));
        message_text(&m, " differ ");
        message_number(&m, atomic_load(&n_differ));
        message_end(&m);
        for (unsigned i = 0; i < SHOWN && i < atomic_load(&n_differ); ++i) {
                message_begin(&m);
                message_text(&m, "self-check: from ");
                message_hex(&m, differences[i].start_pc);
                message_text(&m, " frame ");
                message_number(&m, differences[i].at_frame);
                message_text(&m, " libgcc ");
                message_hex(&m, differences[i].theirs);
                message_text(&m, " ours ");
                message_hex(&m, differences[i].ours);
                message_end(&m);
        }
}
