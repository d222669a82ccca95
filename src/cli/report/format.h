/* What the writers of formats share: one report in the making
 *
 * A writer gets the report and a stream, and writes a whole document. It need not look at errors of the stream: the
 * caller asks ferror() once at the end.
 */
#ifndef UNFREED_CLI_REPORT_FORMAT_H
#define UNFREED_CLI_REPORT_FORMAT_H

#include "cli/capture/model.h"
#include "cli/policy/finding.h"
#include "cli/policy/judge.h"
#include "cli/policy/options.h"

#include <stdio.h>

struct store;
struct sources;

struct report {
        const struct capture *capture;
        const struct findings *findings;
        const struct options *options;
        bool color;
        unsigned columns;          /* of the terminal; 0 = it is none */
        struct store *store;       /* writers empty it between findings */
        struct sources *sources; /* lines of source files */
        const struct process *root; /* the first process, as its last image: how it ended is how the program ended */
        const char *cwd;         /* where the program was started; "" = not known */
        const char *command;     /* one line, for people */
};

/* name, writer. The order is that of --help. */
#define REPORT_FORMATS(X)                                                                                              \
        X("text", write_text)                                                                                          \
        X("json", write_json)                                                                                          \
        X("sarif", write_sarif)                                                                                        \
        X("junit", write_junit)                                                                                        \
        X("github", write_github)                                                                                      \
        X("gitlab", write_gitlab)                                                                                      \
        X("pprof", write_pprof)                                                                                        \
        X("folded", write_folded)                                                                                      \
        X("speedscope", write_speedscope)                                                                              \
        X("html", write_html)                                                                                          \
        X("valgrind-xml", write_valgrind_xml)                                                                          \
        X("valgrind-log", write_valgrind_log)

#define X(name, writer) void writer(const struct report *report, FILE *out);
REPORT_FORMATS(X)
#undef X

/* Not a format: what --gen-suppressions puts in the place of the text. */
void write_suppressions(const struct report *report, FILE *out);

/* Is it asked for with --show? Suppressed findings are shown only when asked for. */
bool report_shows(const struct report *report, const struct finding *finding);

/* `file` relative to where the program was started, where it is below that; else as it is. Points into `file`. */
const char *report_path(const struct report *report, const char *file);

/* The function as it is shown: without parameters and template arguments unless -v; "module+0x..." where there is no
 * name. In the report's store. */
const char *report_function(const struct report *report, const struct named_frame *frame);

/* Is this frame left out, being of the interpreter under a Python or Cython frame of the same stack? */
bool report_folds(const struct report *report, const struct stack *stack, const struct named_frame *frame);

/* How many frames of a stack may be shown (--depth). */
size_t report_depth(const struct report *report, const struct stack *stack);

/* What is wrong, in one line: "192 bytes in 3 blocks leaked", "malloc block released twice". In the report's store. */
const char *report_title(const struct report *report, const struct finding *finding);

/* What it means or what to do, in one line without a full stop; "" where there is nothing to add. */
const char *report_advice(const struct report *report, const struct finding *finding);

/* What was done at finding->release: "called", "resized", else `usual` ("released"). */
const char *report_release_verb(const struct finding *finding, const char *usual);

/* Is it no loss for the reader? Nobody is accused because of blocks from before our time. */
bool report_drop_is_minor(enum wire_drop drop);

/* Why not everything of it was judged, in words; "" where everything was, or nothing is alive in it, or it is not known. */
const char *report_why_unjudged(const struct process *process);

/* How many processes there were. Each may have been several images, since exec keeps the pid. */
size_t report_n_processes(const struct report *report);

/* How the program ended, as a person would say it: "exited 0", "was killed by SIGSEGV". */
const char *report_end(const struct report *report);

const char *report_signal(const struct report *report, int number); /* SIGKILL */

/* The stack at which a finding is shown: that of the release for wrong releases, else that of the allocation. */
const struct stack *report_blame(const struct finding *finding);
/* The innermost frame of a stack that has a place in source and is the program's own; failing that any with a place;
 * failing that NULL. */
const struct named_frame *report_place(const struct stack *stack);
/* The frame that a finding is named after: its place, failing that the innermost of the program's own, failing that the
 * innermost; NULL for an empty stack. */
const struct named_frame *report_subject(const struct stack *stack);

#endif
