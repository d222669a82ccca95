/* What each rule means, in words for people who meet it for the first time */
#ifndef UNFREED_CLI_REPORT_RULES_H
#define UNFREED_CLI_REPORT_RULES_H

#include "cli/policy/finding.h"

struct rule_text {
        const char *title;
        const char *meaning;
        const char *help;
        const char *level;     /* SARIF: error, warning, note */
        const char *precision; /* SARIF: very-high, high, medium */
        const char *cwes[3];
};

const struct rule_text *rule_text(enum rule rule);

#endif
