/* The events of a capture, as pieces of lanes: see pieces.h */
#include "cli/capture/pieces.h"

#include "cli/capture/chunk.h"
#include "cli/say/say.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

static int damaged(const struct log_chunk *chunk, const char *what)
{
        return say_error("%s: damaged at byte %zu: %s", chunk->path, chunk->at, what);
}

/* False without memory, or when it does not decompress to what it says. */
static bool chunk_open(struct log_chunk *chunk)
{
        if (chunk->raw)
                return true;
        chunk->raw = malloc((size_t)chunk->raw_bytes + 1);
        if (chunk->raw &&
            ZSTD_decompress(chunk->raw, chunk->raw_bytes, chunk->packed, chunk->packed_bytes) == chunk->raw_bytes)
                return true;
        free(chunk->raw);
        chunk->raw = NULL;
        return false;
}

static void chunk_close(struct log_chunk *chunk)
{
        if (!chunk->packed) /* it came raw */
                return;
        free(chunk->raw);
        chunk->raw = NULL;
}

static int chunk_list(struct pieces *pieces, uint32_t number)
{
        struct log_chunk *chunk = &pieces->capture->events[number];
        struct chunk_piece head;
        for (size_t at = 0; at < chunk->raw_bytes; at += sizeof head + head.bytes) {
                if (chunk->raw_bytes - at < sizeof head)
                        return damaged(chunk, "events that end in a head");
                memcpy(&head, chunk->raw + at, sizeof head);
                if (head.bytes > chunk->raw_bytes - at - sizeof head)
                        return damaged(chunk, "events longer than their chunk");
                if ((pieces->n & (pieces->n - 1)) == 0) { /* room is the next power of two */
                        struct piece *more = realloc(pieces->all, (pieces->n ? pieces->n * 2 : 1) * sizeof *more);
                        if (!more)
                                return say_error("%s: no memory to read its events into", chunk->path);
                        pieces->all = more;
                }
                pieces->all[pieces->n++] = (struct piece){.run = chunk->run,
                                                          .image = head.image,
                                                          .lane = head.lane,
                                                          .chunk = number,
                                                          .off = (uint32_t)(at + sizeof head),
                                                          .bytes = head.bytes};
        }
        return 0;
}

int pieces_list(struct capture *capture, struct pieces *ret_pieces)
{
        *ret_pieces = (struct pieces){.capture = capture};
        int answer = 0;
        for (size_t i = 0; i < capture->n_events && answer >= 0; i++) {
                struct log_chunk *chunk = &capture->events[i];
                answer = chunk_open(chunk) ? chunk_list(ret_pieces, (uint32_t)i)
                                           : damaged(chunk, "events that do not decompress");
                chunk_close(chunk);
        }
        if (answer < 0)
                pieces_free(ret_pieces);
        return answer;
}

void pieces_free(struct pieces *pieces)
{
        free(pieces->all);
        *pieces = (struct pieces){0};
}

void pieces_begin(struct pieces *pieces, uint32_t run, uint32_t image)
{
        for (size_t i = 0; i < pieces->capture->n_events; i++) {
                pieces->capture->events[i].n_wanted = 0;
                chunk_close(&pieces->capture->events[i]);
        }
        for (size_t i = 0; i < pieces->n; i++)
                if (pieces->all[i].run == run && pieces->all[i].image == image)
                        pieces->capture->events[pieces->all[i].chunk].n_wanted++;
}

const uint8_t *piece_bytes(struct pieces *pieces, const struct piece *piece)
{
        struct log_chunk *chunk = &pieces->capture->events[piece->chunk];
        return chunk_open(chunk) ? chunk->raw + piece->off : NULL;
}

void piece_done(struct pieces *pieces, const struct piece *piece)
{
        struct log_chunk *chunk = &pieces->capture->events[piece->chunk];
        if (--chunk->n_wanted == 0)
                chunk_close(chunk);
}
