/* The messages from a process to its runner
 *
 * A datagram (AF_UNIX, SOCK_DGRAM) to the address in the environment variable WIRE_RUNNER_ENV, with the arena's memfd
 * attached (SCM_RIGHTS). The kernel vouches for the sender (SCM_CREDENTIALS). There is no answer: from then on the
 * shared memory itself says everything. A process that cannot record sends the same with `arena_bytes` 0 and no
 * descriptor.
 *
 * One thing the memory cannot say: that a process becomes a program into which nothing can be preloaded, or may be,
 * above all if it has no memory of its own yet, as between fork and exec. So that is announced by a datagram of another
 * kind.
 *
 * The address is `@name` (abstract namespace), where `name` holds 128 random bits. After a colon there may be the path
 * of a second socket of the same runner: an abstract name is known in one network namespace only, a path where the file
 * system is the same, and a process of the tree may have left either. The first that takes the message has it. A
 * process that leaves both keeps a connected socket, and what it executes then is announced as unwatched.
 */
#ifndef UNFREED_WIRE_HELLO_H
#define UNFREED_WIRE_HELLO_H

#include <stdint.h>

#define WIRE_RUNNER_ENV "UNFREED_RUNNER"
enum { WIRE_ADDRESS_BYTES = 192 }; /* two names, as long as the kernel takes them (unix(7)), and a NUL */
#define WIRE_HELLO_MAGIC "uf-hello"

struct wire_hello {
        char magic[8];
        uint32_t version; /* WIRE_VERSION */
        int32_t pid;      /* of the process that records, as it sees itself ... */
        int32_t sender;   /* ... and of who sends this: another one where a child that is gone at once had to do it */
        uint32_t unused;
        uint64_t arena_bytes;
};

/* The same message, by a process that has not begun: its limits (RLIMIT_FSIZE) do not let it give its memfd a size, of
 * `arena_bytes`, so that its runner may. The size is the answer, or this mode of the file: there is no
 * room. Greets later. */
#define WIRE_ROOM_MAGIC "uf-room!"
enum { WIRE_NO_ROOM_MODE = 0444 };

#define WIRE_BECOMES_MAGIC "uf-becom"

enum wire_becomes_how {
        WIRE_BECOMES, /* the sender calls exec */
        WIRE_REMAINS, /* which has failed */
        WIRE_SPAWNED, /* its child `pid` is that program already */
};

enum wire_becomes_why {
        WIRE_WHY_FILE,    /* the program's file tells */
        WIRE_WHY_PRELOAD, /* a sanitizer in the LD_PRELOAD that it is given */
        WIRE_WHY_DROPPED, /* our library is not in the LD_PRELOAD that it is given */
        WIRE_WHY_ROOT,    /* our library cannot be opened by its path from where it is started */
        WIRE_WHY_NAMES,   /* no name of the runner's leads to it from there */
        WIRE_WHY_VALGRIND, /* a tool of Valgrind's has taken malloc's place in it: it is the sender, and runs already */
};

struct wire_becomes {
        char magic[8];
        uint32_t version;
        int32_t pid;
        uint16_t how, why;
        char program[364]; /* its path, with a NUL; one whose path is longer cannot be told */
};
_Static_assert(sizeof(struct wire_becomes) == 384, "the message is part of the format");

#endif
