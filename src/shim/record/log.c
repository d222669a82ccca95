/* The log: what is rare of it
 *
 * A ring that is full stops its thread until the runner has taken something out, but only so long: then events are
 * dropped until there is room again, and each is counted. So a runner that is stopped costs one wait, not one a ring.
 */
#include "shim/record/log.h"

#include "shim/self/birth.h"
#include "shim/self/options.h"
#include "shim/self/shelf.h"
#include "shim/sys/clock.h"
#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"

#include <linux/futex.h>

enum {
        STEP_BYTES = 1 << 14,             /* between two looks at the limit, and at the clock, which is a system call */
        WAIT_MS = 100,                    /* for room, at most */
        ROOM_AGAIN = WIRE_RING_BYTES / 4, /* bytes, until which a thread that waited in vain goes on dropping */
        STALE_BYTES = 1 << 16,
        SIGNAL_FRAME_BYTES = 768, /* a handler runs at least so far below whom it interrupts: the kernel's frame is larger */
};

static struct shelf logs; /* struct log */

static struct wire_lane *lane_at(uint64_t place)
{
        return arena_element(WIRE_EXTENT_LANES, place, sizeof(struct wire_lane));
}

static void clock_push(struct wire_lane *shared)
{
        uint64_t now = clock_ns() / 1000, known = __atomic_load_n(&shared->clock_us, __ATOMIC_RELAXED);
        while (now > known &&
               !__atomic_compare_exchange_n(&shared->clock_us, &known, now, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                ;
}

void log_begin(void)
{
        if (!options.log || !birth_has_runner())
                return;
        struct wire_lane *shared = lane_at(0);
        clock_push(shared);
        __atomic_store_n(&shared->state, WIRE_LOG_ON, __ATOMIC_RELEASE);
}

static struct log *log_take(uint32_t place)
{
        void **own = shelf_at(&logs, place);
        if (own == NULL)
                return NULL;
        if (*own)
                return memset(*own, 0, sizeof(struct log));
        return *own = pages_take(sizeof(struct log));
}

/* The next record goes to this position; whether there is room is to be asked. */
static void place_set(struct log *log, uint64_t position)
{
        log->at = log->limit = log->ring + position % WIRE_RING_BYTES;
        log->lap = position - (uint64_t)log->at;
}

static uint64_t position_of(const struct log *log) { return (uint64_t)log->at + log->lap; }

void log_thread_begin(struct thread *self)
{
        self->log = NULL;
        self->logging = 0;
        if (!options.log || __atomic_load_n(&lane_at(0)->state, __ATOMIC_ACQUIRE) != WIRE_LOG_ON)
                return;
        const struct wire_range *e = arena.header->extents;
        bool has_place =
                self->slot && self->slot < e[WIRE_EXTENT_LANES].capacity && self->slot < e[WIRE_EXTENT_RINGS].capacity;
        struct log *log = has_place ? log_take(self->slot) : NULL;
        if (log == NULL) {
                arena_drop(WIRE_DROP_LOG);
                return;
        }
        log->lane = lane_at(self->slot);
        log->ring = arena_element(WIRE_EXTENT_RINGS, self->slot, WIRE_RING_BYTES);
        log->clock = &lane_at(0)->clock_us;
        place_set(log, log->lane->head);
        log->fresh = true;
        self->log = log;
        self->logging = 1;
}

static uint64_t tail_of(const struct log *log) { return __atomic_load_n(&log->lane->tail, __ATOMIC_ACQUIRE); }

/* Bytes that may be written from head on; 0 where the runner's position makes no sense. */
static uint64_t room_of(const struct log *log, uint64_t tail)
{
        uint64_t used = position_of(log) - tail;
        return used <= WIRE_RING_BYTES ? WIRE_RING_BYTES - used : 0;
}

/* Wait until `bytes` may be written. False: the time is up. */
static bool room_wait(struct log *log, uint64_t bytes)
{
        struct wire_lane *lane = log->lane;
        for (uint64_t now = clock_ns(), until = now + WAIT_MS * UINT64_C(1000000); now < until; now = clock_ns()) {
                __atomic_store_n(&lane->waiting, 1, __ATOMIC_SEQ_CST);
                uint64_t tail = tail_of(log);
                if (room_of(log, tail) >= bytes)
                        return true;
                struct timespec patience = {0, (long)(until - now)};
                sys_call(SYS_futex, &lane->waiting, FUTEX_WAIT, 1, &patience);
        }
        return room_of(log, tail_of(log)) >= bytes;
}

static bool room_have(struct log *log, uint64_t bytes)
{
        uint64_t wanted = log->dropping ? ROOM_AGAIN : bytes;
        if (room_of(log, tail_of(log)) >= wanted || (!log->dropping && room_wait(log, wanted)))
                log->dropping = false;
        else
                log->dropping = true;
        return !log->dropping;
}

static bool limit_move(struct log *log)
{
        uint64_t to_end = (uint64_t)(log->ring + WIRE_RING_BYTES - log->at);
        /* The end of the ring is filled with records that say nothing: none is cut in two. */
        if (to_end <= LOG_SLACK) {
                if (!room_have(log, to_end + 2 * LOG_SLACK))
                        return false;
                memset(log->at, WIRE_LOG_CONTROL_TAG(WIRE_LOG_NOTHING), to_end);
                place_set(log, position_of(log) + to_end);
                to_end = WIRE_RING_BYTES;
        } else if (!room_have(log, 2 * LOG_SLACK)) {
                return false;
        }
        uint64_t room = room_of(log, tail_of(log));
        room = room < to_end ? room : to_end;
        room = room < STEP_BYTES ? room : STEP_BYTES;
        log->limit = log->at + (room > LOG_SLACK ? room - LOG_SLACK : 0);
        return log->limit > log->at;
}

static void control_put(struct log *log, enum wire_log_control control, uint64_t value, unsigned bytes)
{
        *log->at = WIRE_LOG_CONTROL_TAG(control);
        log_store(log->at + 1, value);
        log->at += 1 + bytes;
}

/* Make room, tell the time. False: the event is dropped. */
static bool make_ready(struct thread *self, struct log *log)
{
        struct wire_lane *shared = lane_at(0);
        if (__atomic_load_n(&shared->state, __ATOMIC_RELAXED) != WIRE_LOG_ON) {
                self->logging = 0;
                return false;
        }
        if (log->at >= log->limit) {
                if (!log->dropping)
                        clock_push(shared);
                if (!limit_move(log)) {
                        log->lane->dropped++;
                        log->lost++;
                        arena_drop(WIRE_DROP_LOG);
                        return false;
                }
        }
        if (log->fresh) {
                control_put(log, WIRE_LOG_THREAD, (uint32_t)self->tid, 4);
                log->fresh = false;
                log->time = 0;
        }
        uint64_t now = __atomic_load_n(log->clock, __ATOMIC_RELAXED);
        if (now != log->time) {
                control_put(log, WIRE_LOG_TIME, now, 8);
                log->time = now;
        }
        if (log->lost) {
                control_put(log, WIRE_LOG_LOST, log->lost, 4);
                log->lost = 0;
        }
        return true;
}

/* Somebody is writing a record. If that was further down on this stack it is gone, by longjmp out of a handler; what it
 * may have changed of the lane's memory the reader does not know, so both begin anew. False: the event is dropped. */
static bool enter_again(struct log *log, uintptr_t sp)
{
        if (sp + SIGNAL_FRAME_BYTES > log->busy && sp + SIGNAL_FRAME_BYTES - log->busy < STALE_BYTES) {
                memset(log->places, 0, sizeof log->places);
                log->last = 0;
                log->fresh = true;
                place_set(log, log->lane->head);
                return true;
        }
        log->lane->dropped++;
        arena_drop(WIRE_DROP_LOG);
        return false;
}

/* The record of one event. */
static void put(struct log *log, enum wire_log_kind kind, uintptr_t address, uint32_t stack, uint64_t size,
                unsigned family)
{
        unsigned char *at = log->at;
        uint64_t folded = log_fold(log, address);
        log->last = address >> 3;
        unsigned n_more = (63 - (unsigned)__builtin_clzll(folded | 1)) / 8; /* bytes beside the lowest */
        unsigned address_code = n_more < 3 ? n_more : 3;
        unsigned tag = (unsigned)kind | address_code << WIRE_LOG_ADDRESS_SHIFT;
        struct log_place *place = &log->places[stack % WIRE_LOG_PLACES];
        bool is_birth = kind == WIRE_LOG_BIRTH;
        unsigned size_code = 0;
        if (is_birth) {
                if (place->stack != stack || place->size != size || size >= UINT32_MAX)
                        size_code = size < 1 << 8 ? 1 : size < 1 << 16 ? 2 : 3;
                tag |= size_code << WIRE_LOG_SIZE_SHIFT | (family ? (unsigned)WIRE_LOG_FAMILY : 0);
                place->size = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
        }
        if (place->stack == stack) {
                log_store(at, folded << 16 | (stack & 0xff) << 8 | tag | WIRE_LOG_STACK_KNOWN);
                at += 2;
        } else {
                if (!is_birth)
                        place->size = UINT32_MAX;
                place->stack = stack;
                log_store(at, (uint64_t)stack << 8 | tag);
                at += 5;
                log_store(at, folded);
        }
        at += address_code == 3 ? 6 : address_code + 1;
        if (size_code) {
                log_store(at, size);
                at += size_code == 3 ? 8 : size_code;
        }
        if (is_birth && family)
                *at++ = (unsigned char)family;
        log_advance(log, at);
}

void log_event(struct thread *self, enum wire_log_kind kind, uintptr_t address, uint32_t stack, uint64_t size,
               unsigned family)
{
        struct log *log = self->log;
        if (unlikely(log->busy) && !enter_again(log, LOG_SP()))
                return;
        log->busy = LOG_SP();
        atomic_signal_fence(memory_order_seq_cst);
        if (log_is_ready(log) || make_ready(self, log))
                put(log, kind, address, stack, size, family);
        atomic_signal_fence(memory_order_seq_cst);
        log->busy = 0;
}

static unsigned family_to_say(uint32_t stack, enum wire_family family)
{
        return wire_entry_family(wire_word_entry(arena.nodes[stack].word)) == family ? 0 : (unsigned)family;
}

void log_birth(struct thread *self, uintptr_t address, uint64_t size, uint32_t stack, enum wire_family family)
{
        log_event(self, WIRE_LOG_BIRTH, address, stack, size, family_to_say(stack, family));
}

void log_release(struct thread *self, uintptr_t address, uint32_t stack, enum wire_log_kind kind)
{
        log_event(self, kind, address, stack, 0, 0);
}

static void log_control(struct thread *self, enum wire_log_control control, uint64_t value, unsigned bytes)
{
        struct log *log = self->log;
        if (log->busy)
                return;
        log->busy = LOG_SP();
        if (log->at < log->limit || make_ready(self, log)) {
                control_put(log, control, value, bytes);
                log_advance(log, log->at);
        }
        log->busy = 0;
}

void log_restored(struct thread *self) { log_control(self, WIRE_LOG_RESTORED, 0, 0); }
void log_unborn(struct thread *self, uintptr_t address) { log_control(self, WIRE_LOG_UNBORN, address, 8); }
