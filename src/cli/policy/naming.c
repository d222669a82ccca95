/* From a node of the trie to a stack that a person can read
 *
 * Four steps. Each address is named once, however many stacks go through it. Python frames, which were recorded as
 * a list of their own, take the places of the interpreter's evaluation frames. What stands between the program and
 * the allocator (operator new in the program itself, which calls malloc) becomes the entry point of the stack. What is
 * outside main() or a thread's start is left out.
 */
#include "cli/policy/naming.h"

#include "cli/policy/callsite.h"
#include "cli/policy/map.h"
#include "cli/policy/marks.h"
#include "cli/policy/name.h"
#include "cli/policy/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 512, INLINE_MAX = 64, FRAMES_FIRST = 256 };

/* The names of one address: one frame for each level of inlining, innermost first. */
struct named {
        size_t n;
        struct named_frame frames[];
};

struct frame_list {
        const struct named_frame **all;
        size_t n, max;
};

struct naming {
        struct store *store;
        struct symbols *symbols;
        const char *source_root;
        struct map *addresses;
        struct raw_frame *raw; /* of the stack at hand */
        size_t max_raw;
        struct frame_list native, merged;
        const struct process *script_of; /* whose `script_dir` is at hand */
        const char *script_dir;
};

struct naming *naming_new(struct store *store, struct symbols *symbols, const char *source_root)
{
        struct naming *naming = store_take(store, sizeof *naming);
        naming->store = store;
        naming->symbols = symbols;
        naming->source_root = source_root;
        naming->addresses = map_new();
        naming->max_raw = FRAMES_FIRST;
        naming->raw = store_take(store, naming->max_raw * sizeof *naming->raw);
        return naming;
}

void naming_free(struct naming *naming)
{
        map_free(naming->addresses);
        free(naming->native.all);
        free(naming->merged.all);
}

static void list_append(struct frame_list *list, const struct named_frame *frame)
{
        if (list->n == list->max) {
                list->max = list->max ? 2 * list->max : FRAMES_FIRST;
                list->all = realloc(list->all, list->max * sizeof *list->all);
                if (!list->all)
                        abort();
        }
        list->all[list->n++] = frame;
}

/* Directory of the script that a Python process runs, from its arguments; "" where there is none. */
static const char *script_dir(struct naming *naming, const struct process *process)
{
        if (naming->script_of == process)
                return naming->script_dir;
        naming->script_of = process;
        naming->script_dir = "";
        for (int i = 1; i < process->argc; i++) {
                const char *argument = process->argv[i];
                if (argument[0] == '-' && argument[1])
                        continue;
                const char *slash = strrchr(argument, '/');
                if (slash && argument[0] == '/')
                        naming->script_dir = store_copy(naming->store, argument, (size_t)(slash - argument));
                else if (slash && process->cwd)
                        naming->script_dir = store_format(naming->store, "%s/%.*s", process->cwd,
                                                         (int)(slash - argument), argument);
                break;
        }
        return naming->script_dir;
}

static void key_make(struct naming *naming, const struct process *process, struct named_frame *named)
{
        const struct frame *frame = &named->frame;
        char function[NAME_MAX_BYTES] = "", module[NAME_MAX_BYTES] = "";
        if (frame->language == LANGUAGE_PYTHON) {
                const char *root = naming->source_root ? naming->source_root : process->cwd;
                const char *path =
                        name_python_path(frame->file ? frame->file : "", root, script_dir(naming, process));
                named->key = store_format(naming->store, "%s!%s", path, frame->function ? frame->function : "?");
                named->marks = marks_is_import(frame) ? MARK_INTERPRETER : 0;
                return;
        }
        if (frame->module)
                name_module(frame->module, module, sizeof module);
        const char *shown = frame->function ? frame->function : frame->raw;
        if (shown && frame->language == LANGUAGE_CYTHON)
                snprintf(function, sizeof function, "%s", shown);
        else if (shown)
                name_function(shown, function, sizeof function);
        named->marks = marks_of(function, module, frame->module && (strstr(frame->module, ".so") || *frame->module == '['));
        if (*function)
                named->key = store_format(naming->store, "%s!%s", module, function);
        else if (frame->module) /* the offset is as good as a name for as long as the module is the same build */
                named->key = store_format(naming->store, "%s!+0x%lx", module, (unsigned long)frame->offset);
        else /* code made at run time: wherever it was put this time */
                named->key = "!";
}

static const struct named *name_address(struct naming *naming, const struct process *process,
                                        const struct raw_frame *raw)
{
        struct {
                const void *of;
                uint64_t at;
        } key = { raw->kind == RAW_PYTHON ? (const void *)raw->code : (const void *)raw->module,
                  raw->kind == RAW_PYTHON ? (uint64_t)raw->lasti << 32 | 1 : raw->address };
        const struct named *known = map_find(naming->addresses, &key, sizeof key);
        if (known)
                return known;
        struct frame frames[INLINE_MAX];
        size_t n = symbols_name(naming->symbols, raw, frames, INLINE_MAX);
        struct named *named = store_take(naming->store, sizeof *named + n * sizeof *named->frames);
        named->n = n;
        for (size_t i = 0; i < n; i++) {
                named->frames[i].frame = frames[i];
                key_make(naming, process, &named->frames[i]);
        }
        *map_at(naming->addresses, &key, sizeof key) = named;
        return named;
}

typedef size_t frames_of(const struct naming *naming, const struct process *process, uint32_t node,
                         struct stack *stack);

static size_t native_frames(const struct naming *naming, const struct process *process, uint32_t node,
                            struct stack *stack)
{
        return process_frames(process, node, naming->raw, naming->max_raw, &stack->entry, &stack->align_log2);
}

static size_t python_frames(const struct naming *naming, const struct process *process, uint32_t node,
                            struct stack *stack)
{
        return process_python_frames(process, node, naming->raw, naming->max_raw);
}

/* Call `frames` with room enough for its answer in naming->raw. */
static size_t raw_frames(struct naming *naming, frames_of *frames, const struct process *process, uint32_t node,
                         struct stack *stack)
{
        size_t n = frames(naming, process, node, stack);
        if (n > naming->max_raw) {
                naming->max_raw = 2 * n;
                naming->raw = store_take(naming->store, naming->max_raw * sizeof *naming->raw);
                n = frames(naming, process, node, stack);
        }
        return n;
}

static void append_named(struct naming *naming, const struct process *process, const struct raw_frame *raw,
                         struct frame_list *list)
{
        if (raw->kind == RAW_NATIVE && raw->module && strncmp(raw->module->name, "libunfreed.so", 13) == 0)
                return; /* a door of ours that stands in for a function which is not the allocator's, such as setlocale */
        const struct named *named = name_address(naming, process, raw);
        for (size_t i = 0; i < named->n; i++)
                if (!list->n || !frame_is_wrapper(&named->frames[i].frame, &list->all[list->n - 1]->frame))
                        list_append(list, &named->frames[i]);
}

/* How many of the `n` Python frames not yet placed the next evaluation frame runs, `n_evaluations` being left. The
 * outermost takes all: the native stack may have been cut where the Python one was not. */
static size_t python_share(const struct raw_frame *raw, size_t n, size_t n_evaluations)
{
        if (n_evaluations == 1 || !n)
                return n;
        for (size_t i = 0; i < n; i++)
                if (raw[i].entry)
                        return i + 1;
        return 1;
}

/* Put the Python frames of naming->raw (there are `n`) where the interpreter evaluates them in naming->native. */
static void merge_python(struct naming *naming, const struct process *process, size_t n)
{
        struct frame_list *native = &naming->native, *merged = &naming->merged;
        size_t n_evaluations = 0, at = 0, place = native->n;
        for (size_t i = 0; i < native->n; i++)
                n_evaluations += (native->all[i]->marks & MARK_EVALUATION) != 0;
        if (!n_evaluations) /* no names, or a stack that was cut: where the interpreter begins */
                for (place = 0; place < native->n && !(native->all[place]->marks & MARK_INTERPRETER); place++)
                        continue;
        merged->n = 0;
        for (size_t i = 0; i <= native->n; i++) {
                bool is_evaluation = i < native->n && native->all[i]->marks & MARK_EVALUATION;
                size_t share = is_evaluation ? python_share(&naming->raw[at], n - at, n_evaluations--) : 0;
                if (i == place)
                        share = n - at;
                for (; share; share--, at++)
                        if (naming->raw[at].kind == RAW_PYTHON)
                                append_named(naming, process, &naming->raw[at], merged);
                if (i < native->n && !is_evaluation)
                        list_append(merged, native->all[i]);
        }
}

/* An operator new that the program brought along and that calls malloc is what the program called: it takes the place
 * of the entry point, and so decides the family. */
static size_t absorb_allocators(const struct frame_list *list, struct stack *stack)
{
        size_t n = 0;
        for (; n < list->n && list->all[n]->marks & MARK_ALLOCATOR; n++) {
                const char *bang = strrchr(list->all[n]->key, '!');
                enum wire_entry entry = marks_entry(bang ? bang + 1 : list->all[n]->key);
                if (entry == WIRE_ENTRY_NONE)
                        continue;
                stack->entry = entry;
                stack->entry_may_be_array =
                        wire_entry_family(entry) == WIRE_FAMILY_NEW && list->all[n]->frame.file == NULL;
        }
        return n;
}

static size_t outer_end(const struct frame_list *list, size_t from)
{
        for (size_t i = from; i < list->n; i++)
                if (list->all[i]->marks & MARK_OUTERMOST)
                        return i > from && !strstr(list->all[i]->key, "!main") ? i : i + 1;
        return list->n;
}

/* ld.so's first instructions, which call constructors, have no caller and no unwind rules. */
static bool is_first(const struct named_frame *frame)
{
        const char *bang = strchr(frame->key, '!');
        return frame->marks & MARK_RUNTIME && bang && strcmp(bang, "!_dl_start_user") == 0;
}

void naming_stack(struct naming *naming, const struct process *process, uint32_t node, struct stack *ret_stack)
{
        *ret_stack = (struct stack){ 0 };
        if (!node)
                return;
        naming->native.n = 0;
        size_t n = raw_frames(naming, native_frames, process, node, ret_stack);
        for (size_t i = 0; i < n; i++) {
                ret_stack->unrecorded |= naming->raw[i].kind == RAW_CUT;
                if (naming->raw[i].kind == RAW_CUT || naming->raw[i].kind == RAW_END)
                        ret_stack->cut = true;
                else
                        append_named(naming, process, &naming->raw[i], &naming->native);
        }
        n = raw_frames(naming, python_frames, process, node, ret_stack);
        struct frame_list *list = &naming->native;
        if (n) {
                merge_python(naming, process, n);
                list = &naming->merged;
        }
        size_t from = absorb_allocators(list, ret_stack);
        if (from == list->n) /* nothing but allocators: better those than nothing */
                from = 0;
        ret_stack->frames = list->all + from;
        ret_stack->n_frames = outer_end(list, from) - from;
        if (from + ret_stack->n_frames < list->n ||
            (list->n && (list->all[list->n - 1]->marks & MARK_OUTERMOST || is_first(list->all[list->n - 1]))))
                ret_stack->cut = false; /* nothing of the program's own is missing */
}

enum wire_family naming_hidden_family(struct naming *naming, const struct process *process, uint32_t node)
{
        struct stack stack = { 0 };
        struct raw_frame target;
        size_t n = node ? raw_frames(naming, native_frames, process, node, &stack) : 0, at = 0;
        while (at < n && naming->raw[at].kind == RAW_NATIVE) {
                const struct named *named = name_address(naming, process, &naming->raw[at]);
                if (!named->n || !(named->frames[0].marks & MARK_ALLOCATOR))
                        break;
                at++;
        }
        if (at == n || !callsite_target(&naming->raw[at], &target))
                return WIRE_FAMILY_NONE;
        const struct named *named = name_address(naming, process, &target);
        const char *bang = named->n ? strrchr(named->frames[0].key, '!') : NULL;
        return bang ? wire_entry_family(marks_entry(bang + 1)) : WIRE_FAMILY_NONE;
}

void naming_keep(struct naming *naming, struct stack *stack)
{
        size_t bytes = stack->n_frames * sizeof *stack->frames;
        const struct named_frame **kept = store_take(naming->store, bytes);
        if (bytes)
                memcpy(kept, stack->frames, bytes);
        stack->frames = kept;
}

static const char *owner_name(struct naming *naming, const struct named_frame *frame)
{
        if (frame->frame.language != LANGUAGE_PYTHON)
                return frame->frame.module ? frame->frame.module : "?";
        const char *end = strpbrk(frame->key, "/!");
        size_t n = end ? (size_t)(end - frame->key) : strlen(frame->key);
        if (n > 3 && memcmp(frame->key + n - 3, ".py", 3) == 0)
                n -= 3;
        return store_copy(naming->store, frame->key, n);
}

const char *naming_owner(struct naming *naming, const struct stack *stack)
{
        const unsigned foreign = MARK_ALLOCATOR | MARK_WRAPPER | MARK_INTERPRETER | MARK_RUNTIME;
        for (size_t i = 0; i < stack->n_frames; i++)
                if (!(stack->frames[i]->marks & foreign))
                        return owner_name(naming, stack->frames[i]);
        return stack->n_frames ? owner_name(naming, stack->frames[0]) : "?";
}
