/* The log, as a thread fills it: what the reader (cli/capture/lane.c) makes of it is what was put in */
#include "cli/capture/lane.h"
#include "shim/record/log.h"
#include "shim/record/record.h"
#include "shim_place.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define self (&thread_self)
static struct stack_start nowhere;
static struct lane_memory memory;
static uint64_t taken; /* bytes of this thread's lane that were read */

static struct wire_lane *lane_of(uint32_t place)
{
        return arena_element(WIRE_EXTENT_LANES, place, sizeof(struct wire_lane));
}

/* As image.c does it, but for the runner that must be there. */
static void begin(void)
{
        unsetenv("UNFREED_RUNNER");
        setenv("UNFREED_OPTIONS", "log=1", 1);
        cr_assert(record_wanted(self));
        options.log = true;
        lane_of(0)->state = WIRE_LOG_ON;
        lane_of(0)->clock_us = 1000;
        log_thread_begin(self);
        cr_assert_eq(self->logging, 1);
        memory = (struct lane_memory){0};
        taken = 0;
}

/* The next record that is an event, or a control other than time, thread and nothing; kind 99 = there is none. */
static struct lane_record next(void)
{
        const unsigned char *ring = arena_element(WIRE_EXTENT_RINGS, self->slot, WIRE_RING_BYTES);
        struct wire_lane *lane = lane_of(self->slot);
        struct lane_record record;
        while (taken < lane->head) {
                unsigned char copy[WIRE_LOG_RECORD_MAX];
                for (unsigned i = 0; i < sizeof copy; i++)
                        copy[i] = ring[(taken + i) % WIRE_RING_BYTES];
                uint64_t left = lane->head - taken;
                size_t n = lane_read(&memory, copy, left < sizeof copy ? left : sizeof copy, &record);
                cr_assert_neq(n, 0, "record at %lu", (unsigned long)taken);
                taken += n;
                if (record.kind != WIRE_LOG_CONTROL || record.control == WIRE_LOG_LOST ||
                    record.control == WIRE_LOG_RESTORED)
                        return record;
        }
        return (struct lane_record){.kind = (enum wire_log_kind)99};
}

static void drain(void) { __atomic_store_n(&lane_of(self->slot)->tail, lane_of(self->slot)->head, __ATOMIC_SEQ_CST); }

/* Numbers of all magnitudes, the same each time. */
static uint64_t random_next(void)
{
        static uint64_t state = 88172645463325252;
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state;
}

Test(log, what_comes_out_is_what_went_in)
{
        begin();
        for (int i = 0; i < 200000; i++) {
                struct lane_record in = {.kind = (enum wire_log_kind)(1 + random_next() % 3),
                                         .address = (random_next() & 0x7fffffffffff) >> random_next() % 40 << 3,
                                         .stack = (uint32_t)(random_next() & 0x3fffffff) >> random_next() % 30};
                in.address &= 0x7ffffffffff8;
                if (in.kind == WIRE_LOG_BIRTH) {
                        in.size = random_next() >> random_next() % 64;
                        in.family = random_next() % 4 ? 0 : 1 + random_next() % (WIRE_FAMILY_END - 1);
                }
                log_event(self, in.kind, in.address, in.stack, in.size, in.family);
                struct lane_record out = next();
                cr_assert_eq(out.kind, in.kind, "kind of event %d", i);
                cr_assert_eq(out.address, in.address, "address of event %d", i);
                cr_assert_eq(out.stack, in.stack, "stack of event %d", i);
                cr_assert_eq(out.size, in.size, "size of event %d", i);
                cr_assert_eq(out.family, in.family, "family of event %d", i);
                drain();
        }
}

/* Few stacks, addresses of one heap, sizes of all magnitudes: most take the short way, and each follows on others. */
Test(log, nor_does_it_matter_which_way_it_goes)
{
        unsigned n_near = 0;
        begin();
        for (int i = 0; i < 200000; i++) {
                struct lane_record in = {.kind = (enum wire_log_kind)(1 + random_next() % 3),
                                         .address = 0x7f0000000000 + random_next() % (1 << 22) * 8,
                                         .stack = (uint32_t)(random_next() % 8 * 1000)};
                if (in.kind == WIRE_LOG_BIRTH)
                        in.size = (random_next() & 0x3ffff) >> random_next() % 18;
                bool near = random_next() % 16 && log_event_near(self, in.kind, in.address, in.stack, (uint32_t)in.size);
                n_near += near;
                if (!near)
                        log_event(self, in.kind, in.address, in.stack, in.size, 0);
                struct lane_record out = next();
                cr_assert_eq(out.kind, in.kind, "kind of event %d", i);
                cr_assert_eq(out.address, in.address, "address of event %d", i);
                cr_assert_eq(out.stack, in.stack, "stack of event %d", i);
                cr_assert_eq(out.size, in.size, "size of event %d: %lu, not %lu", i, (long)out.size, (long)in.size);
                drain();
        }
        cr_assert_gt(n_near, 20000);
}

Test(log, the_same_again_takes_three_bytes)
{
        begin();
        log_event(self, WIRE_LOG_BIRTH, 0x100000, 5000, 77, 0);
        uint64_t before = lane_of(self->slot)->head;
        log_event(self, WIRE_LOG_BIRTH, 0x100080, 5000, 77, 0);
        cr_assert_eq(lane_of(self->slot)->head, before + 3);
}

Test(log, births_releases_and_resizes_are_recorded)
{
        static char block[256] __attribute__((aligned(64)));
        struct record_released released;
        struct record_resize change;
        enum wire_family owner;
        begin();
        record_birth(self, block, 40, WIRE_ENTRY_NEW, 0, &nowhere);
        record_resize_begin(self, block, WIRE_ENTRY_REALLOC, &nowhere, &change, &owner);
        record_resize_end(self, &change, NULL, 100, WIRE_ENTRY_REALLOC, &nowhere);
        record_release(self, block, WIRE_ENTRY_DELETE, RECORD_NOT_GIVEN, RECORD_NOT_GIVEN, &nowhere, &released);
        struct lane_record birth = next(), resize = next(), restored = next(), release = next();
        cr_assert_eq(birth.kind, WIRE_LOG_BIRTH);
        cr_assert_eq(birth.size, 40);
        cr_assert_eq(birth.address, (uintptr_t)block);
        cr_assert_eq(birth.family, 0, "it is that of operator new");
        cr_assert_eq(resize.kind, WIRE_LOG_RESIZE);
        cr_assert_eq(restored.control, WIRE_LOG_RESTORED);
        cr_assert_eq(release.kind, WIRE_LOG_RELEASE);
        cr_assert_neq(release.stack, 0);
        cr_assert_eq(next().kind, 99);
}

static uint64_t now_ms(void)
{
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void fill(int n)
{
        for (int i = 0; i < n; i++)
                log_event(self, WIRE_LOG_BIRTH, (uintptr_t)(i + 1) << 20, (uint32_t)i * 77, 1000, 0);
}

Test(log, a_full_ring_costs_one_wait_and_what_is_dropped_is_counted)
{
        enum { MANY = 200000 };
        begin();
        uint64_t before = now_ms();
        fill(MANY);
        cr_assert_lt(now_ms() - before, 1000, "it waited again and again");
        uint64_t dropped = lane_of(self->slot)->dropped, n = 0;
        cr_assert_gt(dropped, 0);
        cr_assert_eq(arena.header->dropped[WIRE_DROP_LOG], dropped);
        while (next().kind == WIRE_LOG_BIRTH)
                n++;
        cr_assert_eq(n + dropped, MANY);
        drain();
        fill(1);
        struct lane_record lost = next();
        cr_assert_eq(lost.kind, WIRE_LOG_CONTROL);
        cr_assert_eq(lost.control, WIRE_LOG_LOST);
        cr_assert_eq(lost.value, dropped);
        cr_assert_eq(next().kind, WIRE_LOG_BIRTH);
}

static void *empty_slowly(void *lane_pointer)
{
        struct wire_lane *lane = lane_pointer;
        for (int i = 0; i < 3000; i++) {
                usleep(500);
                __atomic_store_n(&lane->tail, __atomic_load_n(&lane->head, __ATOMIC_ACQUIRE), __ATOMIC_SEQ_CST);
                if (__atomic_exchange_n(&lane->waiting, 0, __ATOMIC_SEQ_CST))
                        syscall(SYS_futex, &lane->waiting, FUTEX_WAKE, 1, NULL, NULL, 0);
        }
        return NULL;
}

Test(log, a_ring_that_is_emptied_loses_nothing)
{
        pthread_t thread;
        begin();
        pthread_create(&thread, NULL, empty_slowly, lane_of(self->slot));
        fill(1000000);
        cr_assert_eq(lane_of(self->slot)->dropped, 0);
        pthread_detach(thread);
}

Test(log, nothing_is_said_once_nobody_listens)
{
        begin();
        fill(10);
        lane_of(0)->state = WIRE_LOG_OFF;
        lane_of(0)->clock_us++;
        uint64_t before = lane_of(self->slot)->head;
        fill(10);
        cr_assert_eq(lane_of(self->slot)->head, before);
        cr_assert_eq(self->logging, 0);
}

Test(log, a_handler_inside_a_record_is_not_logged_but_counted)
{
        begin();
        fill(1);
        while (next().kind != 99)
                ;
        self->log->busy = (uintptr_t)__builtin_frame_address(0) + 4096; /* somebody further up is writing */
        fill(3);
        cr_assert_eq(lane_of(self->slot)->dropped, 3);
        cr_assert_eq(next().kind, 99);
}

Test(log, a_record_that_was_left_by_longjmp_does_not_silence_the_thread)
{
        begin();
        fill(5);
        self->log->busy = (uintptr_t)__builtin_frame_address(0) - 4096; /* a frame that is gone */
        self->log->last += 12345;                                       /* and had begun */
        fill(5);
        int n = 0;
        while (next().kind == WIRE_LOG_BIRTH)
                n++;
        cr_assert_eq(n, 10);
}

Test(log, one_that_was_left_at_the_depth_of_the_next_does_not_either)
{
        begin();
        fill(1);
        self->log->busy = (uintptr_t)__builtin_frame_address(0) - 16; /* that of a door which was called from here */
        fill(5);
        cr_assert_eq(lane_of(self->slot)->dropped, 0);
        int n = 0;
        while (next().kind == WIRE_LOG_BIRTH)
                n++;
        cr_assert_eq(n, 6);
}

Test(log, a_thread_that_takes_over_a_place_begins_anew)
{
        begin();
        fill(100);
        log_thread_begin(self);
        fill(100);
        int n = 0;
        for (struct lane_record record; (record = next()).kind == WIRE_LOG_BIRTH; n++)
                cr_assert_eq(record.address, (uint64_t)(n % 100 + 1) << 20);
        cr_assert_eq(n, 200);
}
