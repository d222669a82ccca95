/* Suppressions as Valgrind writes them
 *
 * A block is { name, TOOL:KIND, frames, }. Frames are matched one after another from the innermost on, which for a leak
 * is the allocation function itself; "..." stands for any number of frames, none included; what is outside the last
 * pattern does not matter. Names are those of the symbol table (mangled), with * and ?.
 */
#include "cli/policy/judge.h"
#include "cli/policy/store.h"
#include "cli/policy/suppress_rule.h"
#include "cli/say/say.h"

#include <stdlib.h>
#include <string.h>

enum { FRAME_PATTERNS_MAX = 512 };

#define BIT(rule) (1u << RULE_##rule)

static int parse_leak_kinds(const struct source_text *source, const char *words, unsigned *ret_rules)
{
        static const struct {
                const char *word;
                unsigned rules;
        } kinds[] = {
                { "definite", BIT(UF001) }, { "indirect", BIT(UF001) },
                { "possible", BIT(UF002) }, { "reachable", BIT(UF003) },
                { "all", BIT(UF001) | BIT(UF002) | BIT(UF003) | BIT(UF004) }, { "none", 0 },
        };
        unsigned rules = 0;
        while (*words) {
                size_t n = strcspn(words, ", \t"), i = 0;
                for (; i < sizeof kinds / sizeof *kinds; i++)
                        if (strlen(kinds[i].word) == n && strncmp(kinds[i].word, words, n) == 0)
                                break;
                if (n && i == sizeof kinds / sizeof *kinds)
                        return say_error("%s:%d: unknown leak kind \"%.*s\"", source->path, source->number, (int)n, words);
                rules |= n ? kinds[i].rules : 0;
                words += n + (words[n] != 0);
        }
        *ret_rules = rules;
        return 0;
}

/* "Memcheck:Leak", "Memcheck,Helgrind:Leak", "Helgrind:Race" ... */
static int parse_kind(const struct source_text *source, struct suppression *ret)
{
        const char *colon = strchr(source->line, ':');
        if (!colon)
                return say_error("%s:%d: expected TOOL:KIND, found \"%s\"", source->path, source->number, source->line);
        const char *memcheck = strstr(source->line, "Memcheck");
        ret->type = TYPE_FOREIGN;
        if (!memcheck || memcheck > colon)
                return 0;
        if (strcmp(colon + 1, "Leak") == 0)
                ret->rules = BIT(UF001) | BIT(UF002) | BIT(UF003) | BIT(UF004);
        else if (strcmp(colon + 1, "Free") == 0)
                ret->rules = BIT(UF101) | BIT(UF102) | BIT(UF103);
        else
                return 0;
        ret->type = TYPE_STACK;
        return 0;
}

/* Zero: the line is not a frame. */
static int parse_frame(struct source_text *source, struct store *store, struct frame_pattern *ret)
{
        static const struct {
                const char *prefix;
                int of;
        } prefixes[] = { { "fun:", FRAME_FUNCTION }, { "obj:", FRAME_MODULE }, { "src:", FRAME_SOURCE } };
        *ret = (struct frame_pattern){ .of = FRAME_ELLIPSIS };
        if (strcmp(source->line, "...") == 0)
                return 1;
        for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
                if (strncmp(source->line, prefixes[i].prefix, 4) != 0)
                        continue;
                ret->of = prefixes[i].of;
                char *glob = source->line + 4, *colon = strrchr(glob, ':');
                if (ret->of == FRAME_SOURCE && colon && colon[1] && !colon[1 + strspn(colon + 1, "0123456789")]) {
                        ret->line = atoi(colon + 1);
                        *colon = 0;
                }
                if (!*glob)
                        return say_error("%s:%d: nothing after \"%s\"", source->path, source->number,
                                         prefixes[i].prefix);
                ret->glob = store_copy(store, glob, strlen(glob));
                return 1;
        }
        return 0;
}

int suppress_valgrind_parse(struct source_text *source, struct store *store, struct suppression *ret,
                            const char **ret_text)
{
        int first = source->number;
        if (!source_next(source) || strcmp(source->line, "}") == 0)
                return say_error("%s:%d: a block without a name", source->path, first);
        *ret_text = store_copy(store, source->line, strlen(source->line));
        if (!source_next(source))
                return say_error("%s:%d: this block does not end", source->path, first);
        int r = parse_kind(source, ret);
        struct frame_pattern *frames = store_take(store, FRAME_PATTERNS_MAX * sizeof *frames);
        ret->frames = frames;
        while (r >= 0) {
                if (!source_next(source))
                        return say_error("%s:%d: this block does not end", source->path, first);
                if (strcmp(source->line, "}") == 0)
                        break;
                if (strncmp(source->line, "match-leak-kinds:", 17) == 0) {
                        r = parse_leak_kinds(source, source->line + 17, &ret->rules);
                        continue;
                }
                if (ret->n_frames == FRAME_PATTERNS_MAX)
                        return say_error("%s:%d: more than %d frames", source->path, source->number, FRAME_PATTERNS_MAX);
                r = parse_frame(source, store, &frames[ret->n_frames]);
                if (r > 0)
                        ret->n_frames++;
                else if (r == 0 && ret->type == TYPE_STACK)
                        return say_error("%s:%d: expected fun:, obj:, src:, \"...\" or \"}\", found \"%s\"", source->path,
                                         source->number, source->line);
                /* else: the extra line of Memcheck:Param and its like, which are not ours */
        }
        if (r >= 0 && ret->type == TYPE_STACK && !ret->n_frames)
                return say_error("%s:%d: this block matches no frame", source->path, first);
        return r < 0 ? r : 0;
}

/* How Valgrind calls the function that the program called: as in the symbol table. */
static bool entry_matches(const struct frame_pattern *pattern, enum wire_entry entry)
{
        static const struct {
                enum wire_family family;
                enum wire_role role;
                const char *mangled[3];
        } forms[] = {
                { WIRE_FAMILY_NEW, WIRE_BIRTH, { "_Znwm", "_ZnwmRKSt9nothrow_t", "_ZnwmSt11align_val_t" } },
                { WIRE_FAMILY_NEW_ARRAY, WIRE_BIRTH, { "_Znam", "_ZnamRKSt9nothrow_t", "_ZnamSt11align_val_t" } },
                { WIRE_FAMILY_NEW, WIRE_RELEASE, { "_ZdlPv", "_ZdlPvm", "_ZdlPvSt11align_val_t" } },
                { WIRE_FAMILY_NEW_ARRAY, WIRE_RELEASE, { "_ZdaPv", "_ZdaPvm", "_ZdaPvSt11align_val_t" } },
        };
        if (pattern->of == FRAME_MODULE) /* whoever stands in for malloc: a preloaded library in either case */
                return suppress_glob(pattern->glob, "/usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so", true) ||
                       suppress_glob(pattern->glob, "libunfreed.so", true);
        if (pattern->of != FRAME_FUNCTION)
                return false;
        if (suppress_glob(pattern->glob, entry_name(entry), true))
                return true;
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
                for (size_t k = 0; k < 3; k++)
                        if (wire_entry_family(entry) == forms[i].family && wire_entry_role(entry) == forms[i].role &&
                            suppress_glob(pattern->glob, forms[i].mangled[k], true))
                                return true;
        return false;
}

static bool frame_matches(const struct frame_pattern *pattern, const struct named_frame *named)
{
        const struct frame *frame = &named->frame;
        const char *candidates[4] = { NULL }, *bang = strchr(named->key, '!'), *slash;
        switch (pattern->of) {
        case FRAME_FUNCTION:
                candidates[0] = frame->raw;
                candidates[1] = frame->function;
                candidates[2] = bang && !(named->marks & MARK_NAMELESS) ? bang + 1 : NULL;
                break;
        case FRAME_MODULE:
                candidates[0] = frame->module_path;
                break;
        case FRAME_SOURCE:
                if (pattern->line && pattern->line != frame->line)
                        return false;
                slash = frame->file ? strrchr(frame->file, '/') : NULL;
                candidates[0] = frame->file;
                candidates[1] = slash ? slash + 1 : NULL;
                break;
        case FRAME_ELLIPSIS:
                break;
        }
        for (size_t i = 0; i < 4; i++)
                if (candidates[i] && suppress_glob(pattern->glob, candidates[i], true))
                        return true;
        return false;
}

/* The same walk as for * in a glob, over frames. Frame 0 is the entry point, frame i + 1 is stack->frames[i]. */
static bool frames_match(const struct suppression *rule, const struct stack *stack)
{
        size_t pattern = 0, frame = 0, star = SIZE_MAX, resume = 0;
        while (pattern < rule->n_frames) {
                const struct frame_pattern *p = &rule->frames[pattern];
                if (p->of == FRAME_ELLIPSIS) {
                        star = ++pattern;
                        resume = frame;
                        continue;
                }
                if (frame > stack->n_frames) /* there is no such frame, and no later one */
                        return false;
                if (frame ? frame_matches(p, stack->frames[frame - 1]) : entry_matches(p, stack->entry)) {
                        pattern++;
                        frame++;
                } else if (star != SIZE_MAX) {
                        pattern = star;
                        frame = ++resume;
                } else {
                        return false;
                }
        }
        return true;
}

bool suppress_valgrind_matches(const struct suppression *rule, const struct finding *finding)
{
        return frames_match(rule, rule_is_leak(finding->rule) ? &finding->stack : &finding->release);
}
