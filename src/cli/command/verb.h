/* The verbs: one table */
#ifndef UNFREED_CLI_COMMAND_VERB_H
#define UNFREED_CLI_COMMAND_VERB_H

#include "cli/command/option.h"

/* id (its bit is ON_id), name, operands, what it does (one line). In the order of --help. */
#define CLI_VERBS(X)                                                                                                   \
        X(RUN, run, "[--] PROGRAM [ARGS...]", "run a program and report what it never released (the default verb)")    \
        X(REPORT, report, "CAPTURE...", "report what captures hold")                                                   \
        X(DIFF, diff, "OLD NEW", "say what is new, what grew and what is gone from one capture to another")             \
        X(MERGE, merge, "-o OUT CAPTURE...", "put captures together")                                                  \
        X(BASELINE, baseline, "{init|check|update|prune} FILE [CAPTURE...]", "keep a list of known findings")          \
        X(SNAPSHOT, snapshot, "PID", "look at a running process without stopping it")                                  \
        X(TOP, top, "PID", "watch the sites of a running process grow")                                                \
        X(DOCTOR, doctor, "PROGRAM|PID", "say what would be seen of a program, and what not")                          \
        X(HELP, help, "[VERB]", "print help")

/* Statuses of our own (the rest is the program's). */
enum {
        STATUS_GATED = 23,
        STATUS_BASELINE_GONE = 24,
        STATUS_USAGE = 2,
        STATUS_UNABLE = 125,
        STATUS_NOT_EXECUTABLE = 126,
        STATUS_NOT_FOUND = 127,
};

struct verb {
        const char *name, *operands, *what;
        unsigned bit;
        int (*act)(struct arguments *arguments); /* returns the exit status */
};
extern const struct verb verbs[];
extern const unsigned n_verbs;

#define X(id, name, operands, what) int verb_##name(struct arguments *arguments);
CLI_VERBS(X)
#undef X

/* NULL = no such verb. */
const struct verb *verb_find(const char *name);

/* All that main() does. */
int command_main(int argc, char **argv);

#endif
