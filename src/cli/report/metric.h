/* How a report of a log says what it counts (--metric) */
#ifndef UNFREED_CLI_REPORT_METRIC_H
#define UNFREED_CLI_REPORT_METRIC_H

#include "cli/report/format.h"

/* One word: "peak". */
const char *metric_name(const struct report *report);

/* The kind of a finding: what its rule says, but where a log is reported its metric. */
const char *metric_kind(const struct report *report, enum rule rule);

/* "192 bytes in 3 blocks at the peak" */
const char *metric_title(const struct report *report, const struct finding *finding);

/* The whole, in words, for the head of a report; "" where no log is reported. */
const char *metric_sum(const struct report *report);

/* Does this format make sense of a log? */
bool metric_suits(const char *format);

#endif
