/* From processes to findings, before they are sorted and added up: see make.c */
#ifndef UNFREED_CLI_POLICY_MAKE_H
#define UNFREED_CLI_POLICY_MAKE_H

#include "cli/policy/policy.h"

/* What policy_open() read. */
struct policy {
        const struct options *options;
        struct suppressions *suppressions; /* never NULL */
        struct baseline *baseline;         /* NULL = none was asked for */
};

struct findings *make_all(struct policy *policy, const struct capture *capture, struct symbols *symbols);

#endif
