/* A capture of which a log tells more than what was left at the end
 *
 * In the place of the blocks that were never released, a process gets those that a metric counts: then everything that
 * can report leaks reports, say, what was alive at the peak.
 */
#ifndef UNFREED_CLI_CAPTURE_METRIC_H
#define UNFREED_CLI_CAPTURE_METRIC_H

/* In the order of --metric's words; LEAKED is what any report is about. */
enum metric { METRIC_LEAKED, METRIC_PEAK, METRIC_TOTAL, METRIC_COUNT, METRIC_TEMPORARY, METRIC_LIFETIME, METRIC_END };

struct capture;

/* Replace the sites of each process; wrong releases and the judgement go. The capture must have been read with
 * wants_events. Negative: a line was said. */
int metric_apply(struct capture *capture, enum metric metric);

#endif
