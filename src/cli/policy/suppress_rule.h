/* One suppression rule, as its parsers leave it; for suppress*.c alone */
#ifndef UNFREED_CLI_POLICY_SUPPRESS_RULE_H
#define UNFREED_CLI_POLICY_SUPPRESS_RULE_H

#include "cli/policy/finding.h"

#include <stdio.h>

struct store;

enum rule_type {
        TYPE_ANY_FRAME,  /* pattern anywhere in function, file or module of any frame */
        TYPE_PYTHON,     /* the same, Python frames only */
        TYPE_OWNER,      /* glob over the owner module */
        TYPE_STACK,      /* Valgrind: patterns for the frames from the innermost on */
        TYPE_EXPIRED,
        TYPE_FOREIGN,    /* a Valgrind block that is not about leaks or releases */
};

struct frame_pattern {
        enum { FRAME_FUNCTION, FRAME_MODULE, FRAME_SOURCE, FRAME_ELLIPSIS } of;
        const char *glob;
        int line; /* SOURCE: 0 = any */
};

struct suppression {
        enum rule_type type;
        unsigned rules; /* bits 1 << enum rule that it may suppress */
        const char *pattern;
        uint64_t most_bytes; /* of a finding; UINT64_MAX = any */
        struct frame_pattern *frames;
        size_t n_frames;
};

/* Where a parser stands, for its own use and for messages. */
struct source_text {
        const char *path;
        FILE *file;
        char *line; /* trimmed */
        size_t room;
        int number;
};

/* The next line that is not empty and no comment; false at the end. */
bool source_next(struct source_text *source);

/* Parse the line at hand. Negative: a line was said. *ret_text is what the rule is called in reports. */
int suppress_line_parse(struct source_text *source, struct store *store, struct suppression *ret, const char **ret_text);
/* Parse a block whose "{" is the line at hand. */
int suppress_valgrind_parse(struct source_text *source, struct store *store, struct suppression *ret,
                            const char **ret_text);
bool suppress_valgrind_matches(const struct suppression *rule, const struct finding *finding);

/* Does `text` match `glob`, in which * stands for any string and, with `has_question`, ? for any character? */
bool suppress_glob(const char *glob, const char *text, bool has_question);

#endif
