/* The log, as the thread fills it
 *
 * wire/log.h says what a record is. Writing one is a dozen instructions and two or three stores: positions are looked
 * at only every few kilobytes, and the time only when somebody has pushed the clock on. A signal handler that allocates
 * while a record is being written is not logged, which is counted.
 */
#ifndef UNFREED_SHIM_RECORD_LOG_H
#define UNFREED_SHIM_RECORD_LOG_H

#include "bare/bits.h"
#include "shim/arena/arena.h"
#include "shim/self/thread.h"
#include "wire/family.h"

#include <stdatomic.h>
#include <string.h>

/* A stack that was logged lately, and the size of its last birth; UINT32_MAX = none that could be the same again. */
struct log_place {
        uint32_t stack, size;
};

/* What a thread knows of its lane, in pages of our own; `places` and `last` are what the reader knows as well. */
struct log {
        unsigned char *at;    /* where the next record goes, in the ring */
        unsigned char *limit; /* below it, LOG_SLACK bytes may be written without a question */
        uint64_t lap;         /* position of `at` == (uint64_t)at + lap: it grows with each lap of the ring */
        struct wire_lane *lane;
        const uint64_t *clock;   /* lane 0's */
        uint64_t time;           /* the last that was written */
        uint64_t last;           /* address / 8 */
        volatile uintptr_t busy; /* sp of who is writing a record; 0 = nobody */
        unsigned char *ring;
        uint32_t lost; /* events that the next LOST will tell */
        bool fresh;    /* THREAD is to be written */
        bool dropping; /* it has waited in vain since there was room */
        struct log_place places[WIRE_LOG_PLACES];
};

/* More than all that is written between two looks at the limit: time, thread, what was lost, an event, and what its
 * last store writes too far. */
enum { LOG_SLACK = 64, LOG_AHEAD_BYTES = 512 };

/* A process image begins: shall it be logged? */
void log_begin(void);
/* A thread of it begins: sets `log` and `logging`. Slow. */
void log_thread_begin(struct thread *self);

static inline void log_store(unsigned char *at, uint64_t word) { memcpy(at, &word, sizeof word); }

/* One event. `family`: 0 = that of the stack's entry point. */
void log_event(struct thread *self, enum wire_log_kind kind, uintptr_t address, uint32_t stack, uint64_t size,
               unsigned family);

/* Who is writing a record says so by this: whoever finds it set is a signal handler, or comes after one. */
#define LOG_SP() ((uintptr_t)__builtin_frame_address(0))

/* How far this address is from the last, in units of 8 bytes: 0, -1, 1 ... as 0, 1, 2 ... */
static inline __attribute__((always_inline)) uint64_t log_fold(const struct log *log, uintptr_t address)
{
        int64_t change = (int64_t)((address >> 3) - log->last);
        return (uint64_t)change << 1 ^ (uint64_t)(change >> 63);
}

/* Is a record possible without a question? */
static inline __attribute__((always_inline)) bool log_is_ready(const struct log *log)
{
        return likely(log->at < log->limit) && likely(__atomic_load_n(log->clock, __ATOMIC_RELAXED) == log->time);
}

/* The next record begins here, and all before it is the reader's. */
static inline __attribute__((always_inline)) void log_advance(struct log *log, unsigned char *at)
{
        log->at = at;
        __atomic_store_n(&log->lane->head, (uint64_t)at + log->lap, __ATOMIC_RELEASE);
}

/* One event as nearly all are: there is room, the clock stands, the lane's memory has the stack in its place, the address
 * is within 64 MiB of the last, and the size (0: no birth) is below 64 KiB. False: nothing was done. */
static inline __attribute__((always_inline)) bool log_event_near(const struct thread *self, enum wire_log_kind kind,
                                                                 uintptr_t address, uint32_t stack, uint32_t size)
{
        struct log *log = self->log;
        if (unlikely(log->busy))
                return false;
        log->busy = LOG_SP();
        atomic_signal_fence(memory_order_seq_cst);
        unsigned char *at = log->at;
        /* The runner has read these lines: they are another core's. */
        __builtin_prefetch(at + LOG_AHEAD_BYTES, 1);
        uint64_t folded = log_fold(log, address);
        struct log_place *place = &log->places[stack % WIRE_LOG_PLACES];
        bool near = log_is_ready(log) && likely(folded < UINT64_C(1) << 24) && likely(place->stack == stack) &&
                    likely(size < 1 << 16);
        if (likely(near)) {
                log->last = address >> 3;
                unsigned n_more = (31 - (unsigned)__builtin_clz((unsigned)folded | 1)) / 8; /* beside the lowest byte */
                unsigned tag = (unsigned)kind | n_more << WIRE_LOG_ADDRESS_SHIFT | WIRE_LOG_STACK_KNOWN;
                unsigned size_bytes = 0;
                if (kind == WIRE_LOG_BIRTH) {
                        /* Without a branch, which nobody could foretell. */
                        unsigned is_new = place->size != size;
                        size_bytes = is_new + (is_new & (size > 0xff));
                        tag |= size_bytes << WIRE_LOG_SIZE_SHIFT;
                        place->size = size;
                }
                log_store(at, folded << 16 | (uint64_t)(stack & 0xff) << 8 | tag);
                at += 3 + n_more;
                if (kind == WIRE_LOG_BIRTH)
                        log_store(at, size);
                log_advance(log, at + size_bytes);
        }
        atomic_signal_fence(memory_order_seq_cst);
        log->busy = 0;
        return near;
}

/* Either way. */
static inline __attribute__((always_inline)) void log_tell(struct thread *self, enum wire_log_kind kind,
                                                           uintptr_t address, uint32_t stack, uint32_t size)
{
        if (unlikely(!log_event_near(self, kind, address, stack, size)))
                log_event(self, kind, address, stack, size, 0);
}

/* For record.c: any stack, any family. */
void log_birth(struct thread *self, uintptr_t address, uint64_t size, uint32_t stack, enum wire_family family);
void log_release(struct thread *self, uintptr_t address, uint32_t stack, enum wire_log_kind kind);
/* The resize whose release was just logged has failed. */
void log_restored(struct thread *self);
/* The birth at `address`, this thread's last one, is that of an outer call, which will be logged. */
void log_unborn(struct thread *self, uintptr_t address);

#endif
