/* The one message from a process to its runner
 *
 * A datagram (AF_UNIX, SOCK_DGRAM) to the address in the environment variable WIRE_RUNNER_ENV, with the arena's memfd
 * attached (SCM_RIGHTS). The kernel vouches for the sender (SCM_CREDENTIALS). There is no answer and nothing is ever
 * sent again: from then on the shared memory itself says everything. A process that cannot record sends the same with
 * `arena_bytes` 0 and no descriptor.
 *
 * The address is `@name` (abstract namespace), where `name` holds 128 random bits.
 */
#ifndef UNFREED_WIRE_HELLO_H
#define UNFREED_WIRE_HELLO_H

#include <stdint.h>

#define WIRE_RUNNER_ENV "UNFREED_RUNNER"
#define WIRE_HELLO_MAGIC "uf-hello"

struct wire_hello {
        char magic[8];
        uint32_t version; /* WIRE_VERSION */
        int32_t pid;      /* of the process that records, as it sees itself: the sender may be a child of it that is gone */
        uint64_t arena_bytes;
};

#endif
