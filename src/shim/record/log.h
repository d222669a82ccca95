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

/* Slow parts: make room, tell the time; is the record that is being written abandoned? False: the event is dropped. */
bool log_ready(struct thread *self, struct log *log);
bool log_enter(struct log *log, uintptr_t sp);

static inline void log_store(unsigned char *at, uint64_t word) { memcpy(at, &word, sizeof word); }

/* One event. `family`: 0 = that of the stack's entry point. */
static inline __attribute__((always_inline)) void log_event(struct thread *self, enum wire_log_kind kind,
                                                            uintptr_t address, uint32_t stack, uint64_t size,
                                                            unsigned family)
{
        struct log *log = self->log;
        if (unlikely(log->busy) && !log_enter(log, (uintptr_t)__builtin_frame_address(0)))
                return;
        log->busy = (uintptr_t)__builtin_frame_address(0);
        atomic_signal_fence(memory_order_seq_cst);
        bool ready = log->at < log->limit && __atomic_load_n(log->clock, __ATOMIC_RELAXED) == log->time;
        if (likely(ready) || log_ready(self, log)) {
                unsigned char *at = log->at;
                /* The runner has read these lines: they are another core's. */
                __builtin_prefetch(at + LOG_AHEAD_BYTES, 1);
                int64_t change = (int64_t)((address >> 3) - log->last);
                uint64_t folded = (uint64_t)change << 1 ^ (uint64_t)(change >> 63);
                log->last = address >> 3;
                unsigned n_more = (63 - (unsigned)__builtin_clzll(folded | 1)) / 8; /* bytes beside the lowest */
                unsigned address_code = n_more < 3 ? n_more : 3;
                unsigned tag = (unsigned)kind | address_code << WIRE_LOG_ADDRESS_SHIFT;
                struct log_place *place = &log->places[stack % WIRE_LOG_PLACES];
                unsigned size_code = 0;
                if (kind == WIRE_LOG_BIRTH) {
                        if (unlikely(place->stack != stack || place->size != size || size >= UINT32_MAX))
                                size_code = size < 1 << 8 ? 1 : size < 1 << 16 ? 2 : 3;
                        tag |= size_code << WIRE_LOG_SIZE_SHIFT | (family ? (unsigned)WIRE_LOG_FAMILY : 0);
                        place->size = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
                }
                if (likely(place->stack == stack)) {
                        log_store(at, folded << 16 | (stack & 0xff) << 8 | tag | WIRE_LOG_STACK_KNOWN);
                        at += 2;
                } else {
                        if (kind != WIRE_LOG_BIRTH)
                                place->size = UINT32_MAX;
                        place->stack = stack;
                        log_store(at, (uint64_t)stack << 8 | tag);
                        at += 5;
                        log_store(at, folded);
                }
                at += address_code == 3 ? 6 : address_code + 1;
                if (kind == WIRE_LOG_BIRTH && unlikely(size_code)) {
                        log_store(at, size);
                        at += size_code == 3 ? 8 : size_code;
                }
                if (kind == WIRE_LOG_BIRTH && unlikely(family))
                        *at++ = (unsigned char)family;
                log->at = at;
                __atomic_store_n(&log->lane->head, (uint64_t)at + log->lap, __ATOMIC_RELEASE);
        }
        atomic_signal_fence(memory_order_seq_cst);
        log->busy = 0;
}

/* For record.c: any stack, any family. */
void log_birth(struct thread *self, uintptr_t address, uint64_t size, uint32_t stack, enum wire_family family);
void log_release(struct thread *self, uintptr_t address, uint32_t stack, enum wire_log_kind kind);
/* The resize whose release was just logged has failed. */
void log_restored(struct thread *self);
/* The birth at `address`, this thread's last one, is that of an outer call, which will be logged. */
void log_unborn(struct thread *self, uintptr_t address);

#endif
