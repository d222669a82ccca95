/* From a verdict to a rule: see judge.c */
#ifndef UNFREED_CLI_POLICY_JUDGE_H
#define UNFREED_CLI_POLICY_JUDGE_H

#include "cli/policy/finding.h"

struct notes;

struct judgement {
        enum rule rule;
        enum wire_verdict class;
};

/* How bad a wrong release is. What CPython does at a mixed pair of its families depends on the build and the size. */
enum severity judge_severity(const struct finding *finding);

struct judgement judge_site(const struct process *process, struct notes *notes, const struct site *site,
                            const struct stack *stack);

/* The family that the stack itself shows: that of its entry point, else `recorded`. */
enum wire_family judge_family(const struct stack *stack, enum wire_family recorded);

/* Is this mismatch only one of appearance? True when birth and release go through one family after all. */
bool judge_is_false_mismatch(const struct finding *finding);

/* Name of a rule (UF001), of its kind (leak) and of its group in ids. */
const char *rule_code(enum rule rule);
const char *rule_kind(enum rule rule);
const char *rule_group(enum rule rule);
const char *class_name(enum wire_verdict class);
const char *severity_name(enum severity severity);
const char *family_name(enum wire_family family); /* "none" for none */
const char *family_release(enum wire_family family);
const char *family_resize(enum wire_family family); /* NULL: its blocks cannot be resized */
const char *entry_name(enum wire_entry entry); /* "" for none */
bool rule_is_leak(enum rule rule); /* of UF0xx */

#endif
