#include "walked.h"

#include <unwind.h>

__thread struct thread walked_thread;
uint32_t walked_n, walked_n_differ;
bool walked_forgiving;

struct judged {
        const struct stack_start *start;
        bool begun;
        unsigned n;
        uint64_t values[WALKED_MAX];
};

void walked_begin_thread(uint32_t place)
{
        walked_thread = (struct thread){.slot = place};
        stack_thread_init(&walked_thread);
}

void walked_begin(void)
{
        place_begin(5);
        walked_begin_thread(1);
}

static _Unwind_Reason_Code judge(struct _Unwind_Context *context, void *argument)
{
        struct judged *judged = argument;
        int before = 0;
        uint64_t ip = _Unwind_GetIPInfo(context, &before);
        if (!judged->begun)
                judged->begun = ip == judged->start->pc && _Unwind_GetCFA(context) == judged->start->sp;
        if (judged->begun && ip != 0 && judged->n < WALKED_MAX)
                judged->values[judged->n++] = wire_word_value(ip + (before != 0));
        return _URC_NO_REASON;
}

unsigned walked_frames(uint32_t node, uint64_t *ret_words, unsigned max)
{
        unsigned n = 0;
        for (; node != 0; node = arena.nodes[node].parent)
                if (wire_word_tag(arena.nodes[node].word) <= WIRE_TAG_MODULE_MAX && n < max)
                        ret_words[n++] = arena.nodes[node].word;
        return n;
}

/* 0 = the same; else 1 + the frame that is different. */
static unsigned difference(uint32_t node, const struct judged *judged, uint64_t words[WALKED_MAX])
{
        unsigned n = walked_frames(node, words, WALKED_MAX);
        for (unsigned i = 0; i < judged->n || i < n; ++i)
                if (i >= judged->n || i >= n || wire_word_value(words[i]) != judged->values[i])
                        return i + 1;
        return 0;
}

__attribute__((noinline, optimize("no-omit-frame-pointer"))) uint32_t walked_door(void)
{
        /* One set for the program, one for a signal handler in it. */
        static __thread struct judged sets[2];
        static __thread uint64_t words[2][WALKED_MAX];
        static __thread volatile int nest;
        struct stack_start start = STACK_START_HERE();
        struct judged *judged = &sets[nest];
        uint32_t node = stack_capture(&walked_thread, &start, wire_word_allocator(WIRE_ENTRY_MALLOC, 0)).n;
        uint64_t *own_words = words[nest];
        nest = nest + 1;
        *judged = (struct judged){.start = &start};
        _Unwind_Backtrace(judge, judged);
        unsigned different = judged->begun ? difference(node, judged, own_words) : 0;
        ++walked_n;
        walked_n_differ += different != 0;
        if (!walked_forgiving)
                cr_assert(judged->begun && !different, "frame %d of %u: libgcc has %lx", (int)different - 1, judged->n,
                          different && different <= judged->n ? (unsigned long)judged->values[different - 1] : 0);
        nest = nest - 1;
        return node;
}

uint32_t walked_random(void)
{
        static __thread uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return (uint32_t)(state * UINT64_C(0x2545f4914f6cdd1d) >> 32);
}
