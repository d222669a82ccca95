/* Live blocks, put together by stack and verdict */
#ifndef UNFREED_CLI_CAPTURE_SITE_H
#define UNFREED_CLI_CAPTURE_SITE_H

#include "cli/capture/model.h"

/* What a site's blocks stand for. */
struct site_estimate {
        double blocks, bytes;
};

struct site_table {
        struct site *sites; /* dense, in order of first sight */
        struct site_estimate *estimates; /* beside them */
        size_t n, room;
        uint32_t *index; /* open addressing: 1 + place in `sites`, 0 = empty */
        size_t mask;     /* size of index - 1; index is at most half full */
};

/* Count one live block. `stands_for`: so many of its size, as an estimate; 0 = it alone. False without memory. */
bool site_count(struct site_table *table, uint32_t stack, unsigned family, unsigned verdict, uint64_t bytes, double stands_for);

/* The site, or NULL. */
struct site *site_find(struct site_table *table, uint32_t stack, unsigned family, unsigned verdict);

/* Give the sites, ordered by stack, then verdict, to the caller; the table is empty again. */
struct site *site_table_give(struct site_table *table, size_t *ret_n);
void site_table_deinit(struct site_table *table);

/* Let the process have these sites and nothing else to report: STACK:FAMILY:VERDICT:BLOCKS:BYTES, numbers, with commas
 * between. For a program that counted by itself (unfreed_since()) and wants names. False: the list makes no sense. */
bool process_set_sites(struct process *process, const char *list);

#endif
