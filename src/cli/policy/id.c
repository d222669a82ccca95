/* The id of a site: see id.h, which is the definition */
#include "cli/policy/id.h"

#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Does a function of the C library, or of another runtime, call this one of the same module? Which ways a library takes
 * within itself is told by its debug information alone, and that is on one machine and not on the next. */
static bool is_within_runtime(const struct stack *stack, size_t i)
{
        if (i + 1 == stack->n_frames || !(stack->frames[i]->marks & stack->frames[i + 1]->marks & MARK_RUNTIME))
                return false;
        const char *inner = stack->frames[i]->key, *outer = stack->frames[i + 1]->key;
        size_t n = strcspn(inner, "!");
        return strncmp(inner, outer, n + 1) == 0;
}

static bool is_folded(const struct stack *stack, size_t i, bool without_interpreter)
{
        unsigned unwanted = MARK_ALLOCATOR | MARK_WRAPPER | MARK_EVALUATION;
        if (without_interpreter)
                unwanted |= MARK_INTERPRETER | MARK_GLUE;
        return stack->frames[i]->marks & unwanted || is_within_runtime(stack, i);
}

static bool has_program_frames(const struct stack *stack)
{
        const unsigned foreign = MARK_INTERPRETER | MARK_GLUE | MARK_RUNTIME | MARK_ALLOCATOR | MARK_WRAPPER;
        for (size_t i = 0; i < stack->n_frames; i++)
                if (!(stack->frames[i]->marks & foreign))
                        return true;
        return false;
}

size_t id_names(const struct stack *stack, const char *ret_names[ID_NAMES], bool *ret_weak)
{
        bool without_interpreter = has_program_frames(stack);
        size_t n = 0;
        *ret_weak = false;
        for (int all = 0; all < 2 && !n; all++)
                for (size_t i = 0; i < stack->n_frames && n < ID_NAMES; i++) {
                        const struct named_frame *frame = stack->frames[i];
                        if (!all && is_folded(stack, i, without_interpreter))
                                continue;
                        *ret_weak |= (frame->marks & MARK_NAMELESS) != 0;
                        ret_names[n++] = frame->key;
                }
        *ret_weak |= !n || (stack->cut && n < ID_NAMES);
        return n;
}

static void hash_line(XXH3_state_t *state, const char *line)
{
        XXH3_128bits_update(state, line, strlen(line));
        XXH3_128bits_update(state, "\n", 1);
}

static void hash_begin(XXH3_state_t *state, const char *what, const char *group, const char *family)
{
        XXH3_128bits_reset(state);
        hash_line(state, what);
        hash_line(state, group);
        hash_line(state, family);
}

static void hash_end(XXH3_state_t *state, char ret_id[ID_TEXT_BYTES])
{
        /* canonical order begins with the high half */
        snprintf(ret_id, ID_TEXT_BYTES, "%016llx", (unsigned long long)XXH3_128bits_digest(state).high64);
}

void id_make(const char *group, const char *family, const char *const *names, size_t n, char ret_id[ID_TEXT_BYTES])
{
        XXH3_state_t state;
        hash_begin(&state, "unfreed id 1", group, family);
        for (size_t i = 0; i < n && i < ID_NAMES; i++)
                hash_line(&state, names[i]);
        hash_end(&state, ret_id);
}

/* What every program has, or every script, tells one only with its module. */
static bool is_of_many(const char *name)
{
        static const char *const functions[] = {"main", "<module>", "_start", "start_thread"};
        const char *bang = strchr(name, '!');
        for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
                if (bang && strcmp(bang + 1, functions[i]) == 0)
                        return true;
        return false;
}

void id_make_loose(const char *group, const char *family, const char *const *names, size_t n,
                   char ret_id[ID_TEXT_BYTES])
{
        XXH3_state_t state;
        hash_begin(&state, "unfreed loose id 1", group, family);
        for (size_t i = 0; i < n && i < ID_LOOSE_NAMES; i++) {
                const char *bang = strchr(names[i], '!');
                hash_line(&state, bang && !is_of_many(names[i]) ? bang + 1 : names[i]);
        }
        hash_end(&state, ret_id);
}
