/* From a call of an entry point to one number
 */
#include "shim/stack/module.h"
#include "shim/stack/stack.h"
#include "shim/stack/trie.h"

#include <unwind.h>

enum { DEPTH_MAX = 1024 };

struct collected {
        const struct stack_start *start;
        bool seen;
        unsigned n;
        uint64_t words[DEPTH_MAX];
};

static _Unwind_Reason_Code collect(struct _Unwind_Context *context, void *arg)
{
        struct collected *c = arg;
        int before = 0;
        uintptr_t pc = _Unwind_GetIPInfo(context, &before);
        if (!c->seen && pc == c->start->pc && _Unwind_GetCFA(context) == c->start->sp)
                c->seen = true;
        if (!c->seen || pc == 0)
                return _URC_NO_REASON;
        if (c->n == DEPTH_MAX)
                return _URC_END_OF_STACK;
        c->words[c->n++] = wire_word(stack_module(pc - !before), pc + !!before);
        return _URC_NO_REASON;
}

struct stack_id stack_walk(struct thread *self, enum stack_kind kind, const struct stack_start *start)
{
        struct collected c;
        c.start = start;
        c.seen = false;
        c.n = 0;
        _Unwind_Backtrace(collect, &c);
        uint32_t node = 0;
        if (!c.seen)
                node = trie_step(trie_step(0, wire_word(WIRE_TAG_END, 0)), wire_word(stack_module(start->pc), start->pc));
        while (c.n > 0)
                node = trie_step(node, c.words[--c.n]);
        return (struct stack_id){node};
}

struct stack_id stack_capture(struct thread *self, enum stack_kind kind, const struct stack_start *start,
                              uint64_t allocator_word)
{
        return trie_child(stack_walk(self, kind, start), allocator_word);
}

static void module_gone(uintptr_t start, uintptr_t end) {}

void stack_modules_changed(void) { module_sweep(module_gone); }

void stack_init(bool fork_child)
{
        if (fork_child) {
                trie_reset();
                module_inherit();
        }
}

void stack_thread_init(struct thread *self) {}
