/* Lines of source files, where they can be read */
#ifndef UNFREED_CLI_REPORT_SOURCE_H
#define UNFREED_CLI_REPORT_SOURCE_H

#include <stddef.h>

struct sources;

struct sources *sources_new(void);
void sources_free(struct sources *sources);

/* The whole file; NULL where it cannot be read. Valid until sources_free(). */
const char *source_text(struct sources *sources, const char *path, size_t *ret_bytes);

/* Line `line` (from 1) of `path`, as it is in the file, without its end. NULL where there is none. Valid until
 * sources_free(). `ret_bytes` is its length. */
const char *source_line(struct sources *sources, const char *path, int line, size_t *ret_bytes);

#endif
