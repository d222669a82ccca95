/* Emptying the lanes of the log (wire/log.h) while programs fill them
 *
 * A thread of the runner looks at the lanes of all living images a thousand times a second, oftener where much comes,
 * and hands what it finds to the writer of the log. It also pushes their clock on. When an image has ended, what is
 * left in its lanes is taken out once more: nothing is lost at SIGKILL.
 */
#ifndef UNFREED_CLI_COLLECT_DRAIN_H
#define UNFREED_CLI_COLLECT_DRAIN_H

#include "cli/capture/log_writer.h"

#include <stddef.h>

struct drain;

/* NULL: a line was said. */
struct drain *drain_new(struct log_writer *writer);
void drain_free(struct drain *drain);

/* Tree watchers (tree.h), with a struct drain as context. After the end, nothing of the log is left in the arena. */
void drain_begin(void *drain, size_t image, int memfd);
void drain_end(void *drain, size_t image, int memfd);

#endif
