/* All frames of the findings that are shown, each once: for formats that refer to frames by number */
#ifndef UNFREED_CLI_REPORT_INDEX_H
#define UNFREED_CLI_REPORT_INDEX_H

#include "cli/report/format.h"

struct map;

struct frame_index {
        const struct named_frame **frames;
        size_t n, max;
        struct map *numbers; /* frame -> number + 1 */
};

struct frame_index *frame_index_new(const struct report *report);
void frame_index_free(struct frame_index *index);

size_t frame_index_of(const struct frame_index *index, const struct named_frame *frame);

#endif
