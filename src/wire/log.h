/* The log: every allocation and release, on its way from a thread to the runner
 *
 * With the option `log`, each thread has a lane in the arena: a ring of bytes that it fills and the runner empties.
 * The two positions only grow; the place of one in the ring is it modulo WIRE_RING_BYTES. Bytes between `tail` and
 * `head` are whole records. What is still there when the process dies is read by whoever holds the arena.
 *
 * A record is a tag of one byte and what the tag says that follows, little-endian, in this order:
 *
 *      stack    1 byte, the lowest of its node's number; 3 more when the place (number modulo WIRE_LOG_PLACES) of the
 *               lane's small memory of stacks holds another one
 *      address  change since the lane's last address, in units of 8 bytes, zigzag (0, -1, 1 ...): 1, 2, 3 or 6 bytes
 *      size     births only: none when it is the last one from this stack, else 1, 2 or 8 bytes
 *      family   births only, 1 byte, when it is not that of the entry point in the stack's innermost node
 *
 * Control records have their kind in the upper six bits of the tag. FORMAT.md says what a reader does with each.
 */
#ifndef UNFREED_WIRE_LOG_H
#define UNFREED_WIRE_LOG_H

#include <stdint.h>

enum {
        WIRE_RING_BYTES = 1 << 19,
        WIRE_LOG_PLACES = 256,
        WIRE_LOG_RECORD_MAX = 20, /* bytes, the longest */
};

/* Bits of a tag. */
enum {
        WIRE_LOG_KIND = 3,          /* enum wire_log_kind */
        WIRE_LOG_ADDRESS_SHIFT = 2, /* two bits: place in { 1, 2, 3, 6 } */
        WIRE_LOG_STACK_KNOWN = 1 << 4,
        WIRE_LOG_SIZE_SHIFT = 5, /* two bits: place in { 0, 1, 2, 8 } */
        WIRE_LOG_FAMILY = 1 << 7,
};

enum wire_log_kind {
        WIRE_LOG_CONTROL,
        WIRE_LOG_BIRTH,
        WIRE_LOG_RELEASE,
        WIRE_LOG_RESIZE, /* a release by realloc and the like: a birth follows, or RESTORED */
};

/* id, bytes that follow the tag */
#define WIRE_LOG_CONTROLS(X)                                                                                           \
        X(NOTHING, 0)  /* to be read over */                                                                           \
        X(TIME, 8)     /* microseconds, CLOCK_MONOTONIC: what follows is not older */                                  \
        X(THREAD, 4)   /* another thread has the lane from here on: its id. The lane's memory is empty again */        \
        X(RESTORED, 0) /* the last release of this lane was none: the block lives on */                                \
        X(LOST, 4)     /* so many events of this lane are missing here */                                              \
        X(UNBORN, 8)   /* the last birth of this lane, at this address, was none: an outer call's follows */

enum wire_log_control {
#define X(id, bytes) WIRE_LOG_##id,
        WIRE_LOG_CONTROLS(X)
#undef X
        WIRE_LOG_CONTROL_END,
};
#define WIRE_LOG_CONTROL_TAG(control) ((control) << 2)

/* A thread's lane: the first cache line is the thread's, the second the runner's. Lane 0 is nobody's: there the runner
 * keeps the clock. */
struct wire_lane {
        uint64_t head;    /* atomic: bytes that the thread has put in */
        uint64_t dropped; /* events for which there was no room in time */
        uint64_t thread_reserved[6];
        uint64_t tail;     /* atomic: bytes that the runner has taken out */
        uint32_t waiting;  /* atomic, futex: the thread waits for room */
        uint32_t state;    /* lane 0, atomic: enum wire_log_state */
        uint64_t clock_us; /* lane 0, atomic: now, pushed on by the runner and by threads at work */
        uint64_t runner_reserved[5];
};
_Static_assert(sizeof(struct wire_lane) == 128, "lane layout is part of the format");

enum wire_log_state {
        WIRE_LOG_OFF, /* nobody listens, or not any more: say nothing */
        WIRE_LOG_ON,
};

#endif
