/* Ready suppressions: for each finding a line that would have suppressed it, and no more than its function
 *
 * One line for each kind and function, however many findings it covers; what it is for stands above it as a comment, so that
 * whoever keeps it knows why. A line speaks of any frame of a stack: so where the function is one that is in every stack, or
 * has no name, it is a block of Valgrind's instead, with all frames from the innermost on.
 */
#include "cli/policy/map.h"
#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/style.h"

#include <string.h>

static const char *const kinds[RULE_END] = {
        [RULE_UF001] = "leak",     [RULE_UF002] = "possible", [RULE_UF003] = "reachable",
        [RULE_UF004] = "unclassified", [RULE_UF101] = "mismatch", [RULE_UF102] = "double",
        [RULE_UF103] = "invalid",  [RULE_UF104] = "gil",      [RULE_UF105] = "size",
};

/* What a line cannot hold becomes *. */
static const char *plain_of(const struct report *report, const char *name)
{
        char *plain = store_format(report->store, "%s", name);
        for (char *c = plain; *c; c++)
                if ((unsigned char)*c < ' ' || *c == 0x7f)
                        *c = '*';
        return plain;
}

/* A name as a pattern for exactly itself. */
static const char *pattern_of(const struct report *report, const char *name)
{
        return store_format(report->store, "^%s$", plain_of(report, name));
}

static bool is_in_every_stack(const struct named_frame *frame)
{
        static const char *const names[] = {"main", "_start", "__libc_start_main", "__libc_start_call_main", "start_thread"};
        const char *bang = strchr(frame->key, '!');
        if (frame->marks & MARK_NAMELESS || !bang)
                return true;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                if (strcmp(bang + 1, names[i]) == 0)
                        return true;
        return false;
}

/* "" where a frame has neither a name nor a module, or Valgrind has no such kind. */
static const char *block_of(const struct report *report, const struct finding *finding, const struct named_frame *subject)
{
        static const char *const leak_kinds[RULE_END] = {
                [RULE_UF001] = "definite", [RULE_UF002] = "possible", [RULE_UF003] = "reachable", [RULE_UF004] = "all",
        };
        const struct stack *stack = report_blame(finding);
        bool is_leak = rule_is_leak(finding->rule);
        if (finding->rule == RULE_UF104 || finding->rule == RULE_UF105)
                return "";
        char *block = store_format(report->store, "{\n   %s\n   Memcheck:%s\n", finding->id, is_leak ? "Leak" : "Free");
        if (is_leak)
                block = store_format(report->store, "%s   match-leak-kinds: %s\n", block, leak_kinds[finding->rule]);
        block = store_format(report->store, "%s   fun:*\n", block); /* malloc or whatever was called */
        for (size_t i = 0; i < stack->n_frames; i++) {
                const struct named_frame *frame = stack->frames[i];
                const char *bang = strchr(frame->key, '!');
                bool is_named = bang && !(frame->marks & MARK_NAMELESS);
                if (!is_named && !frame->frame.module_path)
                        return "";
                block = store_format(report->store, "%s   %s:%s\n", block, is_named ? "fun" : "obj",
                                     plain_of(report, is_named ? bang + 1 : frame->frame.module_path));
                if (frame == subject)
                        break;
        }
        return store_format(report->store, "%s}", block);
}

/* "" where not even the module is known. */
static const char *entry_of(const struct report *report, const struct finding *finding)
{
        const struct stack *blame = report_blame(finding);
        const struct named_frame *subject = report_subject(blame);
        const char *bang = subject ? strchr(subject->key, '!') : NULL;
        if (!subject)
                return "";
        if (subject->frame.language == LANGUAGE_PYTHON && subject->frame.function)
                return store_format(report->store, "py:%s", pattern_of(report, subject->frame.function));
        const char *block = is_in_every_stack(subject) ? block_of(report, finding, subject) : "";
        if (*block)
                return block;
        if (bang && !(subject->marks & MARK_NAMELESS))
                return store_format(report->store, "%s:%s", kinds[finding->rule], pattern_of(report, bang + 1));
        return subject->frame.module ? store_format(report->store, "%s:%s", kinds[finding->rule],
                                                    pattern_of(report, subject->frame.module))
                                     : "";
}

void write_suppressions(const struct report *report, FILE *out)
{
        struct map *seen = map_new();
        fputs("# Suppressions made by unfreed. Give them with --suppressions=FILE.\n", out);
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (!report_shows(report, finding) || finding->suppressed_by)
                        continue;
                const char *entry = entry_of(report, finding);
                void **known = map_at(seen, entry, strlen(entry));
                if (!*known) {
                        fprintf(out, "\n# %s, id %s\n%s\n", style_clean(report->store, report_title(report, finding)), finding->id,
                                *entry ? entry : "# nothing of it has a name");
                        *known = seen;
                }
                store_empty(report->store);
        }
        map_free(seen);
}
