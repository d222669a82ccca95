/* A stack of the model, frame by frame
 *
 * The trie has been checked when the process was read: a parent's id is smaller than its child's, so that every walk
 * ends at the root.
 */
#include "cli/capture/model.h"

static void raw_frame_from(const struct process *process, uint64_t word, struct raw_frame *ret)
{
        unsigned tag = wire_word_tag(word);
        *ret = (struct raw_frame){0};
        if (tag == WIRE_TAG_CODE) {
                uint32_t code = wire_word_code_index(word);
                ret->kind = RAW_PYTHON;
                ret->code = code < process->n_codes ? &process->codes[code] : NULL;
                ret->lasti = wire_word_lasti(word);
                ret->entry = wire_word_code_entry(word);
        } else if (tag == WIRE_TAG_CUT) {
                ret->kind = RAW_CUT;
        } else if (tag > WIRE_TAG_MODULE_MAX) {
                ret->kind = RAW_END;
        } else {
                ret->kind = RAW_NATIVE;
                ret->address = wire_word_value(word);
                ret->module = tag != 0 && tag < process->n_modules ? &process->modules[tag] : NULL;
        }
}

size_t process_frames(const struct process *process, uint32_t stack, struct raw_frame *ret_frames, size_t max,
                      enum wire_entry *ret_entry, unsigned *ret_align_log2)
{
        size_t n = 0;
        if (ret_entry)
                *ret_entry = WIRE_ENTRY_NONE;
        if (ret_align_log2)
                *ret_align_log2 = 0;
        for (uint32_t id = stack < process->n_nodes ? stack : 0; id != 0; id = process->nodes[id].parent) {
                uint64_t word = process->nodes[id].word;
                unsigned tag = wire_word_tag(word);
                if (tag == WIRE_TAG_ALLOCATOR) {
                        if (ret_entry && wire_word_entry(word) < WIRE_ENTRY_END)
                                *ret_entry = (enum wire_entry)wire_word_entry(word);
                        if (ret_align_log2)
                                *ret_align_log2 = wire_word_align_log2(word);
                        continue;
                }
                if (tag == WIRE_TAG_PYTHON)
                        continue;
                if (n < max)
                        raw_frame_from(process, word, &ret_frames[n]);
                n++;
        }
        return n;
}

size_t process_python_frames(const struct process *process, uint32_t stack, struct raw_frame *ret_frames, size_t max)
{
        uint32_t python = 0;
        for (uint32_t id = stack < process->n_nodes ? stack : 0; id != 0 && !python; id = process->nodes[id].parent)
                if (wire_word_tag(process->nodes[id].word) == WIRE_TAG_PYTHON)
                        python = (uint32_t)process->nodes[id].word;
        size_t n = 0;
        for (uint32_t id = python < process->n_nodes ? python : 0; id != 0; id = process->nodes[id].parent) {
                uint64_t word = process->nodes[id].word;
                if (wire_word_tag(word) != WIRE_TAG_CODE || wire_word_code_index(word) >= process->n_codes)
                        continue;
                if (n < max)
                        raw_frame_from(process, word, &ret_frames[n]);
                n++;
        }
        return n;
}
