/* What a log says, site by site: the events of one process, gone through once */
#ifndef UNFREED_CLI_CAPTURE_REPLAY_H
#define UNFREED_CLI_CAPTURE_REPLAY_H

#include "cli/capture/pieces.h"

/* Blocks born with the same stack in the same family. */
struct replay_site {
        uint32_t stack; /* node id, in range */
        enum wire_family family;
        uint64_t births, born_bytes;
        uint64_t live_blocks, live_bytes;           /* now; at the end: what was never released */
        uint64_t peak_blocks, peak_bytes;           /* when the process had most bytes */
        uint64_t temporary_blocks, temporary_bytes; /* released before their thread was given another block */
        uint64_t lived_us, longest_us;              /* together; of one block; what is left lives to the last event */
        uint64_t least_bytes, most_bytes;
        uint64_t stamp; /* number of the peak of which peak_... speaks; see replay.c */
};

struct replay {
        struct replay_site *sites;
        size_t n;
        uint64_t events;  /* births and releases */
        uint64_t lost;    /* events that are missing, as far as the log says so */
        uint64_t unknown; /* releases of what was not alive, births where something was */
        uint64_t peak_bytes;
        uint64_t end_us; /* time of the last event */
};

/* Negative: a line was said. */
int replay_make(struct pieces *pieces, const struct process *process, struct replay *ret_replay);
void replay_free(struct replay *replay);

#endif
