/* Ready suppressions: for each finding a line that would have suppressed it, and no more than its function
 *
 * One line for each kind and function, however many findings it covers; what it is for stands above it as a comment, so that
 * whoever keeps it knows why.
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

/* A name as a pattern for exactly itself; what a line cannot hold becomes *. */
static const char *pattern_of(const struct report *report, const char *name)
{
        char *pattern = store_format(report->store, "^%s$", name);
        for (char *c = pattern; *c; c++)
                if ((unsigned char)*c < ' ' || *c == 0x7f)
                        *c = '*';
        return pattern;
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
