/* Findings, written for people and for machines: one file per format, one table of them */
#ifndef UNFREED_CLI_REPORT_H
#define UNFREED_CLI_REPORT_H

#include "cli/capture/model.h"
#include "cli/policy/finding.h"
#include "cli/policy/options.h"

#include <stdio.h>

/* The format of this name, in memory of its own; NULL: there is none. The names of all, with commas between, are
 * report_formats(). */
const char *report_format(const char *name, size_t length);
const char *report_formats(void);

/* What a report is written on. */
struct report_surface {
        bool color;       /* escape sequences may be written (already decided: --color, NO_COLOR, FORCE_COLOR, terminal) */
        unsigned columns; /* of the terminal; 0 = none, lines may be as long as they like */
};

/* Negative: writing failed, errno says why; nothing was said. */
int report_write(const char *format, FILE *out, struct report_surface surface, const struct capture *capture,
                 const struct findings *findings, const struct options *options);

#endif
