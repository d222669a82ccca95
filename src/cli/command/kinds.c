/* Kinds: what --show and --gate are told */
#include "cli/command/option.h"
#include "cli/policy/finding.h"

#include <string.h>

static const struct {
        const char *word;
        uint32_t rules;
} words[] = {
#define X(id, name, group, gate) {name, 1u << RULE_##id},
        FINDING_RULES(X)
#undef X
#define X(id, name, group, gate) {#id, 1u << RULE_##id},
                FINDING_RULES(X)
#undef X
                        {"definite", 1u << RULE_UF001},
        {"indirect", 1u << RULE_UF001},
        {"possible", 1u << RULE_UF002},
        {"wrong", 1u << RULE_UF101 | 1u << RULE_UF102 | 1u << RULE_UF103 | 1u << RULE_UF104 | 1u << RULE_UF105},
        {"unwatched", KIND_UNWATCHED},
        {"all", (1u << RULE_END) - 1},
        {"none", 0},
};

uint32_t kinds_shown(void) { return ((1u << RULE_END) - 1) & ~(1u << RULE_UF003); }

uint32_t kinds_gating(void)
{
        uint32_t rules = 0;
#define X(id, name, group, gate) rules |= gate ? 1u << RULE_##id : 0;
        FINDING_RULES(X)
#undef X
        return rules;
}

const char *kinds_names(void)
{
        return
#define X(id, name, group, gate) name "|"
                FINDING_RULES(X)
#undef X
                        "wrong|unwatched|suppressed|default|all|none";
}

static bool word_rules(const char *word, size_t length, uint32_t standard, uint32_t *ret_rules)
{
        if (length == 7 && memcmp(word, "default", 7) == 0) {
                *ret_rules = standard;
                return true;
        }
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
                if (strncmp(word, words[i].word, length) == 0 && words[i].word[length] == '\0') {
                        *ret_rules = words[i].rules;
                        return true;
                }
        }
        return false;
}

const char *kinds_parse(const char *text, uint32_t standard, uint32_t *ret_rules, bool *ret_suppressed)
{
        uint32_t rules = 0;
        bool suppressed = false;
        const char *at = text;
        do { /* an empty word is none: where a variable was not set, nothing shall be let pass for that */
                const char *begin = at;
                bool away = *at == '-';
                at += away;
                size_t length = strcspn(at, ",");
                uint32_t these = 0;
                if (length == 10 && memcmp(at, "suppressed", 10) == 0)
                        suppressed = !away;
                else if (!word_rules(at, length, standard, &these))
                        return begin;
                if (away && begin == text)
                        rules = standard; /* "-reachable" alone: the usual ones without it */
                if (length == 3 && memcmp(at, "all", 3) == 0)
                        suppressed = !away;
                rules = away ? rules & ~these : rules | these;
                at += length;
        } while (*at++ == ',');
        *ret_rules = rules;
        if (ret_suppressed)
                *ret_suppressed = suppressed;
        return NULL;
}
