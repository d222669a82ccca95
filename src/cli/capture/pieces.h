/* The events of a capture, as pieces of lanes
 *
 * Chunks of events are kept compressed, since a log may be larger than memory; a chunk is decompressed when the first
 * of its pieces is wanted, and dropped when the last one was read.
 */
#ifndef UNFREED_CLI_CAPTURE_PIECES_H
#define UNFREED_CLI_CAPTURE_PIECES_H

#include "cli/capture/model.h"

struct piece {
        uint32_t run, image, lane;
        uint32_t chunk, off, bytes; /* where it is: in which chunk's raw bytes */
        uint32_t next;              /* place of the lane's next one in the list; UINT32_MAX = none */
};

struct pieces {
        struct capture *capture;
        struct piece *all; /* in the order in which they were written */
        size_t n;
};

/* List them. Negative: a line was said. */
int pieces_list(struct capture *capture, struct pieces *ret_pieces);
void pieces_free(struct pieces *pieces);

/* The bytes of a piece, until piece_done(); NULL without memory. Each piece is to be read once between two calls of
 * pieces_begin(), which says whose are to be read. */
void pieces_begin(struct pieces *pieces, uint32_t run, uint32_t image);
const uint8_t *piece_bytes(struct pieces *pieces, const struct piece *piece);
void piece_done(struct pieces *pieces, const struct piece *piece);

#endif
