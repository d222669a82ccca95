/* What the person asked for, parsed
 *
 * command/ fills this in from the command line, UNFREED_OPTIONS and the built-in values, in that precedence, and
 * everything below it reads it. Strings live as long as the options do (argv, the environment, or the options' own
 * memory) and nobody below command/ changes them.
 */
#ifndef UNFREED_CLI_POLICY_OPTIONS_H
#define UNFREED_CLI_POLICY_OPTIONS_H

#include "cli/capture/metric.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
enum ratchet { RATCHET_NONE, RATCHET_SITES, RATCHET_BLOCKS, RATCHET_BYTES };

/* --format=FORMAT[:PATH] */
struct report_target {
        const char *format;
        const char *path; /* NULL = where reports go: the runner's stderr, `report`'s stdout */
};

struct option_list {
        const char **all;
        size_t n;
};

/* Of `gate`, beside the rules: a program that could not be watched is enough. */
#define KIND_UNWATCHED (UINT32_C(1) << 31)

struct options {
        uint32_t show, gate;      /* one bit for each rule: 1u << RULE_UF001 and so on */
        bool show_suppressed;     /* --show=suppressed, --show=all or -v */
        int error_exitcode;       /* 0 = never gate */
        struct option_list suppressions; /* files, in the order given */
        bool print_suppressions;  /* count in the report what was suppressed */
        bool generate_suppressions; /* --gen-suppressions: print ready entries instead of a report */
        struct option_list only_modules; /* globs */
        const char *baseline;     /* file, or NULL */
        bool strict_baseline;
        enum ratchet ratchet;
        const char *source_root;  /* Python paths in ids are relative to it; NULL = the capture's working directory */
        unsigned depth;           /* frames; 0 = all */
        bool children;            /* the whole process tree is judged, not the first process alone */
        enum metric metric;       /* of a log */
        enum color_when color;
        unsigned quiet;           /* 1: findings only; 2: the status alone */
        unsigned verbose;
        struct report_target *targets; /* at least one, unless quiet is 2 */
        size_t n_targets;

        /* What only the runner looks at. */
        const char *output;       /* -o: pattern of the capture file's name, or NULL */
        const char *log;          /* --log: file, or NULL */
        uint64_t log_max_bytes;   /* of events in it */
        double linger_seconds;    /* how long to wait for what still runs after the program ended */
        bool watch;               /* of `snapshot`: again and again */
        bool classify;            /* of `snapshot`: let the process judge a copy of itself */
        double interval_seconds;  /* of `top` and `snapshot --watch` */
        unsigned count;           /* the same: readings; 0 = without end */
        double snapshot_seconds;  /* the runner keeps snapshots: how often; 0 = not so */
        uint64_t snapshot_growth_bytes; /* only of what has grown by this since the last one; 0 = of all */
        const char *snapshot_path;      /* pattern of their names */
        const char *sites;        /* of `snapshot`: see process_set_sites(); NULL = all that there are */
        const char *shim_options; /* to append to UNFREED_OPTIONS; "" = nothing */
};

#endif
