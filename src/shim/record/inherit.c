/* Blocks that a fork child inherited
 *
 * They are the parent's to judge when they are never released. But the child has a copy of each, and may release its
 * copy wrongly: with another family's function, or twice. What the parent's table said at the fork tells; what it says
 * since is silence. Of a release that was right we keep the memory in our own table, for the second one; its birth is
 * looked up in the parent's only then, since most children release thousands of blocks and do nothing wrong.
 */
#include "shim/record/inherit.h"

#include "shim/block/inherited.h"
#include "shim/self/life.h"
#include "shim/stack/draft.h"

enum { DEPTH_MAX = 512 };

static uint64_t word_adopt(uint64_t word)
{
        uint64_t value = wire_word_value(word);
        return wire_word_tag(word) <= WIRE_TAG_MODULE_MAX ? wire_word(stack_module(value), value) : word;
}

/* A stack of the parent's trie, that of a birth or the release of `block`, as one of ours. Module numbers differ, so each
 * address is looked up again; Python frames name code objects in the parent's list and are left out. */
static uint32_t stack_adopt(uint32_t stack, uintptr_t block)
{
        uint32_t n_nodes, n = 0;
        const struct wire_node *nodes = inherited_nodes(&n_nodes);
        uint64_t words[DEPTH_MAX];
        if (draft_is(stack)) {
                stack = draft_inherited(stack, block, words, DEPTH_MAX, &n);
                for (uint32_t i = 0; i < n; i++)
                        words[i] = word_adopt(words[i]);
        }
        while (stack && stack < n_nodes && n < DEPTH_MAX) {
                uint64_t word = nodes[stack].word;
                unsigned tag = wire_word_tag(word);
                if (tag != WIRE_TAG_PYTHON && tag != WIRE_TAG_CODE)
                        words[n++] = word_adopt(word);
                stack = nodes[stack].parent;
        }
        struct stack_id id = {0};
        while (n)
                id = trie_child(id, words[--n]);
        return id.n;
}

static void remember(const struct block *block, struct thread *self, const struct wrong *wrong)
{
        struct block ours;
        uint32_t stack = record_release_stack(self, wrong->entry, wrong->start).n;
        table_insert(block->start, block->size, 0, block->family);
        if (table_find(block->start, &ours))
                table_release(&ours, stack);
}

uint32_t inherit_birth(struct thread *self, uintptr_t start)
{
        struct block block;
        enum inherited fate = inherited_find(start, life_fork_epoch(), &block);
        return fate == INHERITED_LIVE ? stack_adopt(block.stack, block.start) : 0;
}

bool inherit_release(struct thread *self, const struct wrong *wrong, enum wire_family *ret_owner, enum record_act *ret_act)
{
        *ret_act = RECORD_PASS;
        struct block block;
        struct wrong filed = *wrong;
        filed.block = &block;
        switch (inherited_find(wrong->address, life_fork_epoch(), &block)) {
        case INHERITED_UNKNOWN: return false;
        case INHERITED_RELEASED:
                if (record_n_unseen)
                        return true;
                block.stack = stack_adopt(block.stack, block.start);
                block.release_stack = stack_adopt(block.release_stack, block.start);
                wrong_double(self, &filed);
                *ret_act = RECORD_SWALLOW;
                return true;
        case INHERITED_CHANGED: break;
        case INHERITED_LIVE:
                if (block.family == wire_entry_family(wrong->entry))
                        break;
                remember(&block, self, wrong);
                block.stack = stack_adopt(block.stack, block.start);
                wrong_mismatch(self, &filed);
                *ret_owner = block.family;
                *ret_act = RECORD_OWNER;
                return true;
        }
        /* A realloc may fail, and then the block lives on; what it returns is recorded anyway. */
        if (wire_entry_role(wrong->entry) != WIRE_RESIZE)
                remember(&block, self, wrong);
        return true;
}
