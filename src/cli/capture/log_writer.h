/* A log file in the making
 *
 * A log file is a capture file (file.h) in which chunks of events come first, written while the program runs, and all
 * that makes sense of them (arenas, names) at the end. So whatever reads captures reads it, and a log that nobody ended
 * is a capture that is cut.
 */
#ifndef UNFREED_CLI_CAPTURE_LOG_WRITER_H
#define UNFREED_CLI_CAPTURE_LOG_WRITER_H

#include "cli/capture/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log_writer;

/* `max_bytes`: of events, on disk. NULL: a line was said. */
struct log_writer *log_writer_open(const char *path, uint64_t max_bytes);

/* Add bytes of a lane (wire/log.h) of the image with this number, in their order. False: they were left out, and so
 * will be all others, since the file is full or cannot be written. Not more than LOG_PIECE_MAX at once. */
enum { LOG_PIECE_MAX = 1 << 19 };
bool log_writer_add(struct log_writer *writer, uint32_t image, uint32_t lane, const void *bytes, size_t n);
bool log_writer_is_shut(const struct log_writer *writer);

/* Say in a capture that its last process is that image of this log. */
void log_writer_link(const struct log_writer *writer, struct capture_writer *rest, uint32_t image);

/* End the file with what `rest` holds. Negative: a line was said; the file is whole up to where the disk was full, or
 * else goes. 1: it is whole, but more was to be logged than it may take. */
int log_writer_end(struct log_writer *writer, struct capture_writer *rest);

/* Nothing was run: no file. Also after log_writer_end(). */
void log_writer_free(struct log_writer *writer);

#endif
