/* Events of a log: any bytes as a chunk of them. The first byte says how many nodes the process has, and whether the
 * chunk is compressed; the rest are pieces, or what should decompress to them. */
#include "cli/capture/chunk.h"
#include "cli/capture/file.h"
#include "cli/capture/replay.h"
#include "fuzz/target.h"

#include <stdlib.h>
#include <string.h>

size_t taken_in;

static void replay_use(const struct replay *replay, const struct process *process)
{
        uint64_t blocks = 0;
        for (size_t i = 0; i < replay->n; i++) {
                blocks += replay->sites[i].live_blocks;
                if (replay->sites[i].stack && replay->sites[i].stack >= process->n_nodes)
                        abort();
        }
        if (blocks > replay->events)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
        static struct wire_node nodes[128];
        if (n < 1 || n > CHUNK_LOG_MAX)
                return 0;
        struct process process = {.nodes = nodes, .n_nodes = bytes[0] & 127, .is_logged = true};
        struct log_chunk chunk = {.path = "fuzz"};
        unsigned char *copy = malloc(n);
        memcpy(copy, bytes + 1, n - 1);
        if (bytes[0] & 128) {
                chunk.packed = copy;
                chunk.packed_bytes = n - 1;
                chunk.raw_bytes = 1000;
        } else {
                chunk.raw = copy;
                chunk.raw_bytes = (uint32_t)n - 1;
        }
        struct capture capture = {0};
        struct pieces pieces;
        struct replay replay;
        if (capture_add_events(&capture, &chunk) < 0)
                abort();
        if (pieces_list(&capture, &pieces) >= 0) {
                if (replay_make(&pieces, &process, &replay) >= 0) {
                        taken_in += replay.events > 0;
                        replay_use(&replay, &process);
                }
                replay_free(&replay);
                pieces_free(&pieces);
        }
        capture_deinit(&capture);
        return 0;
}
