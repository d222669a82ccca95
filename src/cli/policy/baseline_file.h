/* A baseline in memory; for baseline*.c alone */
#ifndef UNFREED_CLI_POLICY_BASELINE_FILE_H
#define UNFREED_CLI_POLICY_BASELINE_FILE_H

#include "cli/policy/baseline.h"

struct baseline_entry {
        char id[17], loose[17]; /* loose: "" = not given */
        const char *kind, *at;  /* as written, with % */
        uint64_t blocks, bytes; /* of wrong releases, `blocks` counts occurrences */
        uint64_t places;        /* in the source, at which this id was found; 1 = not said */
        const char *expires;    /* as written, or NULL */
        const char *reason;     /* or NULL */
        const char *comments;   /* the comment lines in front of it, each with its newline */
        bool has_expired;

        /* what the findings say */
        bool is_matched, has_moved;
        uint64_t found_blocks, found_bytes, found_places;
        char found_id[17], found_loose[17];
};

struct baseline {
        struct store *store;
        const char *path;
        struct baseline_entry *entries;
        size_t n, max;
        const char *tail; /* comment lines after the last entry */
};

#endif
