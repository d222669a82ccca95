/* Capture files: arenas that can be kept, sent and read elsewhere (byte for byte in wire/FORMAT.md)
 *
 * A capture file is made in memory, while the processes end one after another, and comes into its place at once when
 * all is in it: under a temporary name, then renamed. What reads one gets the arenas back as memfds and reads them as
 * if the process had just ended.
 */
#ifndef UNFREED_CLI_CAPTURE_FILE_H
#define UNFREED_CLI_CAPTURE_FILE_H

#include "cli/capture/model.h"

#include <stddef.h>
#include <stdint.h>

struct capture_writer;

/* NULL without memory. */
struct capture_writer *capture_writer_new(void);
void capture_writer_free(struct capture_writer *writer);

/* Add the process whose arena is behind `memfd`. An error is remembered, and said by capture_writer_end(). */
void capture_writer_add(struct capture_writer *writer, int memfd, const struct process *process);

/* What was run, how it ended (see struct capture), and names of what the arenas refer to (from symbol/). */
void capture_writer_add_command(struct capture_writer *writer, char *const *command, int exit_status);
void capture_writer_add_names(struct capture_writer *writer, const void *names, size_t bytes);

/* Add all that the capture file holds. Negative: a line was said, and nothing was added. */
int capture_writer_add_file(struct capture_writer *writer, const char *path);

/* Add a chunk as it is (chunk.h); commands after the first are left out. */
void capture_writer_add_chunk(struct capture_writer *writer, const char *kind, const void *payload, size_t bytes);

/* Put it at `path`: a regular file appears whole or not at all; a pipe or a device is written to. With `fresh`, an
 * existing file is never replaced. Negative: a line was said. 1: `fresh`, and there is one already. */
int capture_writer_end(struct capture_writer *writer, const char *path, bool fresh);

/* Put what it holds, without the head, at the end of what `fd` holds already. An errno, or 0. What failed may be tried
 * again; nothing can be added any more. */
int capture_writer_append(struct capture_writer *writer, int fd);

/* Add what is in the file to `capture` (zeroed before the first). Names are handed to `names`, which may be NULL, as
 * bytes that live as long as the call; it returns what is wrong with them, or NULL. Negative: a line was said that
 * names the file and the place in it, and `capture` is as it was. */
typedef const char *capture_names_fn(void *context, const void *names, size_t bytes);
int capture_read(const char *path, struct capture *capture, capture_names_fn *names, void *context);

/* The bytes of a file, which may be a pipe; the caller's to free. NULL: a line was said. */
unsigned char *capture_load(const char *path, size_t *ret_n);

/* The same from memory; `path` is for messages. */
int capture_parse(const char *path, const unsigned char *bytes, size_t n, struct capture *capture,
                  capture_names_fn *names, void *context);

/* Frees all that capture_read() and capture_add() gave it. */
void capture_deinit(struct capture *capture);

/* Take over a process. Negative: a line was said. */
int capture_add(struct capture *capture, const struct process *process);
int capture_add_events(struct capture *capture, const struct log_chunk *chunk);

#endif
