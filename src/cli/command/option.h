/* The options of the command line: one table
 *
 * A row here is parsed, printed by --help, described in the man page and completed by the shells; nothing is said
 * twice. What UNFREED_OPTIONS takes is the other table, in wire/option.h.
 */
#ifndef UNFREED_CLI_COMMAND_OPTION_H
#define UNFREED_CLI_COMMAND_OPTION_H

#include "cli/policy/options.h"

#include <stdint.h>

/* id, short form (0 = none), long form, argument (NULL = none), verbs that take it, what an argument may be (for the
 * shells: words between bars, FILE, or NULL), help. In the order of --help. */
#define CLI_OPTIONS(X)                                                                                                 \
        X(OUTPUT, 'o', "output", "FILE", ON_RUN | ON_SNAPSHOT, "FILE",                                                 \
          "keep the capture; %p pid, %h host, %e program, %n counter, %q{VAR} environment")                            \
        X(MERGED, 'o', "output", "FILE", ON_MERGE, "FILE", "the capture to make, by this very name")                   \
        X(FORMAT, 0, "format", "FORMAT[:PATH]", ON_REPORTS, "@formats", "report format, may be repeated: @formats")    \
        X(SHOW, 0, "show", "KINDS", ON_REPORTS, "@kinds", "what to show [default], with commas: @kinds")               \
        X(GATE, 0, "gate", "KINDS", ON_REPORTS, "@kinds", "what makes the status 23 [default] (same words)")           \
        X(ERROR_EXITCODE, 0, "error-exitcode", "N", ON_REPORTS, NULL,                                                  \
          "status when a finding gates, 0 to 255 [23]; 0 = never")                                                     \
        X(SUPPRESSIONS, 0, "suppressions", "FILE", ON_REPORTS, "FILE",                                                 \
          "do not count what its rules match (LSan, Valgrind or own syntax)")                                          \
        X(GEN_SUPPRESSIONS, 0, "gen-suppressions", NULL, ON_REPORT, NULL, "print ready suppressions, not a report")    \
        X(BASELINE, 0, "baseline", "FILE", ON_RUN | ON_REPORT, "FILE", "known findings: only new ones gate")           \
        X(STRICT_BASELINE, 0, "strict-baseline", NULL, ON_RUN | ON_REPORT | ON_BASELINE, NULL,                         \
          "status 24 when a known finding is gone")                                                                    \
        X(RATCHET, 0, "ratchet", "WHAT", ON_RUN | ON_REPORT | ON_BASELINE, "sites|blocks|bytes",                       \
          "known findings gate when they grow in: sites, blocks or bytes")                                             \
        X(ONLY_MODULE, 0, "only-module", "GLOB", ON_REPORTS, NULL, "only findings whose owner module matches")         \
        X(SOURCE_ROOT, 0, "source-root", "DIR", ON_REPORTS, "FILE", "Python paths in ids are relative to it")          \
        X(DEPTH, 0, "depth", "N", ON_RUN | ON_REPORT, NULL, "frames of each stack, up to 65535 [0 = all]")             \
        X(CHILDREN, 0, "children", "WHICH", ON_RUN, "all|none", "follow child processes: all or none [all]")           \
        X(LINGER, 0, "linger", "SECONDS", ON_RUN, NULL, "wait for what still runs when PROGRAM has ended [5]")         \
        X(PYTHON_OBJECTS, 0, "python-objects", NULL, ON_RUN, NULL,                                                     \
          "stacks for PyObject blocks too, and the types of lost objects")                                             \
        X(ABORT_ON_ERROR, 0, "abort-on-error", NULL, ON_RUN, NULL, "stop the program at its first wrong release")      \
        X(LOG, 0, "log", "FILE", ON_RUN, "FILE", "write every allocation and release into a capture")                  \
        X(LOG_MAX, 0, "log-max", "SIZE", ON_RUN, NULL, "end the log there: bytes on disk, K, M or G [1G]")             \
        X(SAMPLE, 0, "sample", "SIZE", ON_RUN, NULL,                                                                   \
          "look at one block in so many bytes, at random, and estimate: 512K costs little")                            \
        X(METRIC, 0, "metric", "WHAT", ON_REPORT, "leaked|peak|total|count|temporary|lifetime",                        \
          "of a log, by stack: leaked, peak, total, count, temporary or lifetime [leaked]")                            \
        X(LOG_FILE, 0, "log-file", "FILE", ON_RUN, "FILE", "findings as Valgrind logs them, for CTest")                \
        X(FAIL, 0, "fail", "WISH", ON_RUN, NULL, "let requests fail: ENTRY:SIZE>=BYTES, nth:N or rate:PERCENT:SEED")   \
        X(CLASSIFY, 0, "classify", NULL, ON_SNAPSHOT, NULL,                                                            \
          "let it judge a copy of itself: what is lost, what still held (needs the option snapshot_signal)")           \
        X(WATCH, 0, "watch", NULL, ON_SNAPSHOT, NULL, "one snapshot after another, until the process ends")            \
        X(INTERVAL, 0, "interval", "SECONDS", ON_TOP | ON_SNAPSHOT, NULL,                                              \
          "time between two readings, 0.01 to 1000000 [1]")                                                            \
        X(COUNT, 'n', "count", "N", ON_TOP | ON_SNAPSHOT, NULL, "end after N readings; 0 = when the process does [0]") \
        X(COLOR, 0, "color", "WHEN", ON_REPORTS, "auto|always|never", "auto, always or never [auto]")                  \
        X(QUIET, 'q', "quiet", NULL, ON_REPORTS, NULL, "findings only; -qq: the status alone")                         \
        X(VERBOSE, 'v', "verbose", NULL, ON_REPORTS, NULL,                                                             \
          "also what is suppressed or reachable, whole stacks, own cost")                                              \
        X(AS, 0, "as", "FORM", ON_HELP, "text|man|bash|zsh|fish",                                                      \
          "text, man (a manual page), or the completions of bash, zsh or fish [text]")                                 \
        X(ARENA_FD, 0, "arena-fd", "N", ON_HIDDEN, NULL, "report the arena behind this descriptor")                    \
        X(SITES, 0, "sites", "LIST", ON_HIDDEN, NULL, "speak of these sites of the process, and of nothing else")      \
        X(HELP, 'h', "help", NULL, ON_ALL, NULL, "print this")                                                         \
        X(VERSION, 0, "version", NULL, ON_RUN, NULL, "print the version")

enum cli_option {
#define X(id, letter, name, argument, verbs, values, help) CLI_##id,
        CLI_OPTIONS(X)
#undef X
                CLI_OPTION_END,
};

/* One bit for each verb, in the order of the table of verbs (verb.h). */
enum {
        ON_RUN = 1 << 0,
        ON_REPORT = 1 << 1,
        ON_DIFF = 1 << 2,
        ON_MERGE = 1 << 3,
        ON_BASELINE = 1 << 4,
        ON_SNAPSHOT = 1 << 5,
        ON_TOP = 1 << 6,
        ON_DOCTOR = 1 << 7,
        ON_HELP = 1 << 8,
        ON_REPORTS = ON_RUN | ON_REPORT | ON_DIFF | ON_BASELINE | ON_SNAPSHOT,
        ON_HIDDEN = 1 << 15, /* `report` and `snapshot` take it, nobody is told */
        ON_ALL = 0x7fff,
};

struct option_row {
        char letter;
        const char *name, *argument;
        unsigned verbs;
        const char *values, *help;
};
extern const struct option_row option_rows[CLI_OPTION_END];

/* `help` or `values` of a row with the names of formats and kinds put in, in memory of the caller's. */
char *option_text(const char *text);

/* What was on the command line, beside struct options. */
struct arguments {
        struct options options;
        char **operands; /* NULL-terminated; the words are argv's */
        int n_operands;
        int arena_fd;                        /* -1 = none */
        int help_form;                       /* place in the words of --as */
        bool help, version;                  /* asked for */
        bool python_objects, abort_on_error; /* for the shim */
        const char *fail;                    /* the same; NULL = nothing shall */
        uint64_t sample_bytes;               /* the same; 0 = every block is looked at */
        bool formats_asked;                  /* --format was given */
        bool gates_asked;                    /* --gate, --error-exitcode or --baseline was given */
        const char *log_path;                /* UNFREED_OPTIONS: where a report without a runner goes; NULL = stderr */
        char *shim_options;                  /* owner of options.shim_options */
        char *environment;                   /* owner of strings from UNFREED_OPTIONS */
};

/* Parse argv (without the verb) for the verb with this bit. `stop`: the first operand ends the options, as it begins
 * somebody else's command line. Negative: a usage line was said. */
int arguments_parse(struct arguments *ret_arguments, int argc, char **argv, unsigned verb, bool stop);
void arguments_deinit(struct arguments *arguments);

/* Kinds with commas between -> bits of rules (1u << RULE_...). `leak` and `possible` and so on, rule codes, `wrong`,
 * `all`, `none`, `default`, `suppressed`; a `-` before one takes it away. NULL, or the word that is none. */
const char *kinds_parse(const char *text, uint32_t standard, uint32_t *ret_rules, bool *ret_suppressed);
const char *kinds_names(void); /* with bars between */
uint32_t kinds_shown(void);    /* by default */
uint32_t kinds_gating(void);

/* Where the runner keeps snapshots when nobody says where. */
#define SNAPSHOT_PATH "unfreed-%e-%p-%n.snapshot"

/* Take over what UNFREED_OPTIONS says to the reporter; what it says to the shim, and what cannot be understood, is left
 * alone. `text` may be NULL. */
void environment_apply(struct arguments *arguments, const char *text);

void option_list_add(struct option_list *list, const char *value);

#endif
