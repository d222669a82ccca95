/* Suppressions of one line: LeakSanitizer's and our own. See suppress.h for the language. */
#include "cli/policy/date.h"
#include "cli/policy/store.h"
#include "cli/policy/suppress_rule.h"
#include "cli/say/say.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BIT(rule) (1u << RULE_##rule)

static const struct {
        const char *word;
        enum rule_type type;
        unsigned rules;
} kinds[] = {
        { "leak", TYPE_ANY_FRAME, BIT(UF001) | BIT(UF002) | BIT(UF004) },
        { "possible", TYPE_ANY_FRAME, BIT(UF002) },
        { "reachable", TYPE_ANY_FRAME, BIT(UF003) },
        { "unclassified", TYPE_ANY_FRAME, BIT(UF004) },
        { "mismatch", TYPE_ANY_FRAME, BIT(UF101) },
        { "double", TYPE_ANY_FRAME, BIT(UF102) },
        { "invalid", TYPE_ANY_FRAME, BIT(UF103) },
        { "gil", TYPE_ANY_FRAME, BIT(UF104) },
        { "size", TYPE_ANY_FRAME, BIT(UF105) },
        { "py", TYPE_PYTHON, (1u << RULE_END) - 1 },
        { "module", TYPE_OWNER, (1u << RULE_END) - 1 },
};

/* Take "bytes<=N" or "expires=DATE" off the end of `text`. Zero: there is none. */
static int take_condition(const struct source_text *source, char *text, struct suppression *rule)
{
        char *space = strrchr(text, ' '), *tab = strrchr(text, '\t');
        char *last = !space || (tab && tab > space) ? tab : space;
        if (!last)
                return 0;
        char *word = last + 1;
        if (strncmp(word, "bytes<=", 7) == 0) {
                char *end;
                errno = 0;
                rule->most_bytes = strtoull(word + 7, &end, 10);
                if (errno || end == word + 7 || *end || word[7] == '-')
                        return say_error("%s:%d: bytes<= wants a number, not \"%s\"", source->path, source->number,
                                         word + 7);
        } else if (strncmp(word, "expires=", 8) == 0) {
                int day;
                if (date_parse(word + 8, &day) < 0)
                        return say_error("%s:%d: expires= wants YYYY-MM-DD, not \"%s\"", source->path, source->number,
                                         word + 8);
                if (day < date_today()) {
                        say_warning("%s:%d: suppression expired on %s and has no effect", source->path, source->number,
                                    word + 8);
                        rule->type = TYPE_EXPIRED;
                }
        } else {
                return 0;
        }
        while (last > text && (last[-1] == ' ' || last[-1] == '\t'))
                last--;
        *last = 0;
        return 1;
}

/* LeakSanitizer looks for the pattern anywhere unless it is anchored: as a glob, it has a * at either end. */
static const char *as_glob(struct store *store, const char *pattern)
{
        bool from_start = *pattern == '^';
        size_t n = strlen(pattern += from_start);
        bool to_end = n && pattern[n - 1] == '$';
        return store_format(store, "%s%.*s%s", from_start ? "" : "*", (int)(n - to_end), pattern, to_end ? "" : "*");
}

int suppress_line_parse(struct source_text *source, struct store *store, struct suppression *ret, const char **ret_text)
{
        char *colon = strchr(source->line, ':');
        if (!colon)
                return say_error("%s:%d: expected KIND:PATTERN or \"{\", found \"%s\"", source->path, source->number,
                                 source->line);
        size_t n = (size_t)(colon - source->line), kind = 0;
        while (kind < sizeof kinds / sizeof *kinds &&
               (strlen(kinds[kind].word) != n || strncmp(kinds[kind].word, source->line, n) != 0))
                kind++;
        if (kind == sizeof kinds / sizeof *kinds)
                return say_error("%s:%d: unknown kind of suppression \"%.*s\" (leak, possible, reachable, unclassified, "
                                 "mismatch, double, invalid, gil, size, py, module)",
                                 source->path, source->number, (int)n, source->line);
        *ret_text = store_copy(store, source->line, strlen(source->line));
        ret->type = kinds[kind].type;
        ret->rules = kinds[kind].rules;
        char *pattern = colon + 1 + strspn(colon + 1, " \t");
        int r;
        while ((r = take_condition(source, pattern, ret)) > 0)
                continue;
        if (r < 0)
                return r;
        if (!*pattern)
                return say_error("%s:%d: the pattern after \"%.*s:\" is empty", source->path, source->number, (int)n,
                                 source->line);
        ret->pattern = kinds[kind].type == TYPE_OWNER ? store_copy(store, pattern, strlen(pattern)) : as_glob(store, pattern);
        return 0;
}
