/* What the user knows about and does not want to hear of: see suppress.h */
#include "cli/policy/suppress.h"

#include "cli/policy/store.h"
#include "cli/policy/suppress_rule.h"
#include "cli/say/say.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct suppressions {
        struct store *store;
        struct suppression *rules;
        struct suppression_use *uses; /* of the rule of the same index */
        size_t n, max;
};

struct suppressions *suppressions_new(void)
{
        struct store *store = store_new();
        struct suppressions *suppressions = store_take(store, sizeof *suppressions);
        suppressions->store = store;
        return suppressions;
}

void suppressions_free(struct suppressions *suppressions)
{
        if (suppressions)
                store_free(suppressions->store);
}

bool source_next(struct source_text *source)
{
        ssize_t n;
        while ((n = getline(&source->line, &source->room, source->file)) >= 0) {
                source->number++;
                char *begin = source->line;
                while (n && isspace((unsigned char)begin[n - 1]))
                        begin[--n] = 0;
                size_t indent = strspn(begin, " \t");
                memmove(begin, begin + indent, (size_t)n - indent + 1);
                if (*begin && *begin != '#')
                        return true;
        }
        return false;
}

static void add_rule(struct suppressions *suppressions, const struct suppression *rule,
                     const struct suppression_use *use)
{
        if (suppressions->n == suppressions->max) {
                size_t max = suppressions->max ? 2 * suppressions->max : 32;
                struct suppression *rules = store_take(suppressions->store, max * sizeof *rules);
                struct suppression_use *uses = store_take(suppressions->store, max * sizeof *uses);
                if (suppressions->n) {
                        memcpy(rules, suppressions->rules, suppressions->n * sizeof *rules);
                        memcpy(uses, suppressions->uses, suppressions->n * sizeof *uses);
                }
                suppressions->rules = rules;
                suppressions->uses = uses;
                suppressions->max = max;
        }
        suppressions->rules[suppressions->n] = *rule;
        suppressions->uses[suppressions->n++] = *use;
}

int suppressions_read(struct suppressions *suppressions, const char *path)
{
        struct source_text source = { .path = store_copy(suppressions->store, path, strlen(path)) };
        source.file = fopen(path, "re");
        if (!source.file)
                return say_error("cannot read suppressions %s: %s", path, strerror(errno));
        int r = 0;
        while (r >= 0 && source_next(&source)) {
                struct suppression rule = { .most_bytes = UINT64_MAX };
                struct suppression_use use = { .file = source.path, .line = source.number };
                if (strcmp(source.line, "{") == 0)
                        r = suppress_valgrind_parse(&source, suppressions->store, &rule, &use.text);
                else
                        r = suppress_line_parse(&source, suppressions->store, &rule, &use.text);
                use.is_foreign = rule.type == TYPE_FOREIGN;
                if (r >= 0)
                        add_rule(suppressions, &rule, &use);
        }
        if (r >= 0 && ferror(source.file))
                r = say_error("cannot read suppressions %s: %s", path, strerror(errno));
        fclose(source.file);
        free(source.line);
        return r;
}

bool suppress_glob(const char *glob, const char *text, bool has_question)
{
        const char *star = NULL, *resume = NULL; /* where to go on when the last * must take one character more */
        while (*text) {
                if (*glob == '*') {
                        star = ++glob;
                        resume = text;
                } else if (*glob == *text || (has_question && *glob == '?')) {
                        glob++;
                        text++;
                } else if (star) {
                        glob = star;
                        text = ++resume;
                } else {
                        return false;
                }
        }
        while (*glob == '*')
                glob++;
        return !*glob;
}

static bool text_matches(const char *pattern, const char *text) { return text && *text && suppress_glob(pattern, text, false); }

/* The normalized function is in the key, after the module. */
static bool frame_matches(const char *pattern, const struct named_frame *named)
{
        const struct frame *frame = &named->frame;
        const char *bang = strchr(named->key, '!');
        return text_matches(pattern, frame->function) || text_matches(pattern, frame->raw) ||
               text_matches(pattern, frame->file) || text_matches(pattern, frame->module_path) ||
               text_matches(pattern, frame->module) ||
               (!(named->marks & MARK_NAMELESS) && bang && text_matches(pattern, bang + 1));
}

static bool stack_matches(const struct suppression *rule, const struct stack *stack)
{
        for (size_t i = 0; i < stack->n_frames; i++) {
                if (rule->type == TYPE_PYTHON && stack->frames[i]->frame.language != LANGUAGE_PYTHON)
                        continue;
                if (frame_matches(rule->pattern, stack->frames[i]))
                        return true;
        }
        return false;
}

static bool rule_matches(const struct suppression *rule, const struct finding *finding)
{
        if (!(rule->rules >> finding->rule & 1) || finding->bytes > rule->most_bytes)
                return false;
        switch (rule->type) {
        case TYPE_ANY_FRAME:
        case TYPE_PYTHON:
                return stack_matches(rule, &finding->stack) || stack_matches(rule, &finding->release);
        case TYPE_OWNER:
                return fnmatch(rule->pattern, finding->owner, 0) == 0;
        case TYPE_STACK:
                return suppress_valgrind_matches(rule, finding);
        case TYPE_EXPIRED:
        case TYPE_FOREIGN:
                break;
        }
        return false;
}

const char *suppressions_match(struct suppressions *suppressions, const struct finding *finding)
{
        for (size_t i = 0; i < suppressions->n; i++) {
                if (!rule_matches(&suppressions->rules[i], finding))
                        continue;
                suppressions->uses[i].findings++;
                suppressions->uses[i].blocks += finding->blocks;
                suppressions->uses[i].bytes += finding->bytes;
                return suppressions->uses[i].text;
        }
        return NULL;
}

const struct suppression_use *suppressions_uses(const struct suppressions *suppressions, size_t *ret_n)
{
        *ret_n = suppressions->n;
        return suppressions->uses;
}
