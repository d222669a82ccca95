/* Other threads, stopped */
#include "shim/leak/freeze.h"
#include "shim/leak/stacks.h"
#include "shim/sys/maps.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_long ticks;
static atomic_int n_ready;
static _Atomic uintptr_t frame_of_thread;
static atomic_bool is_over;

static void *tick(void *unused)
{
        frame_of_thread = (uintptr_t)__builtin_frame_address(0);
        n_ready++;
        while (!is_over)
                ticks++;
        return NULL;
}

static void *tick_deaf(void *unused)
{
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, NULL);
        return tick(unused);
}

static pthread_t start(void *(*run)(void *))
{
        int before = n_ready;
        if (before == 0)
                freeze_init(false);
        pthread_t thread;
        cr_assert_eq(pthread_create(&thread, NULL, run, NULL), 0);
        while (n_ready == before)
                usleep(100);
        return thread;
}

static void expect_standing(void)
{
        long then = ticks;
        usleep(20000);
        cr_assert_eq(ticks, then);
}

/* However long they wait for a processor. */
static void expect_running(void)
{
        for (long then = ticks; ticks == then;)
                usleep(1000);
}

Test(freeze, threads_stand_still_and_go_on)
{
        for (int i = 0; i < 5; i++)
                start(tick);
        for (int round = 0; round < 3; round++) {
                cr_assert_eq(freeze_begin(false), 0);
                size_t n;
                const struct frozen *threads = freeze_threads(&n);
                cr_assert_geq(n, 5);
                for (size_t i = 0; i < n; i++)
                        cr_assert(threads[i].still);
                expect_standing();
                freeze_end();
                expect_running();
        }
}

Test(freeze, a_thread_that_blocks_every_signal_is_reached_too)
{
        start(tick_deaf);
        cr_assert_eq(freeze_begin(false), 0);
        expect_standing();
        freeze_end();
        expect_running();
}

Test(freeze, the_stack_pointer_and_a_register_are_known)
{
        start(tick);
        cr_assert_eq(freeze_begin(false), 0);
        size_t n;
        const struct frozen *threads = freeze_threads(&n);
        bool found = false;
        for (size_t i = 0; i < n; i++)
                found |= threads[i].sp <= frame_of_thread && frame_of_thread - threads[i].sp < 4096 &&
                         threads[i].n_registers >= 16 && threads[i].storage > frame_of_thread;
        freeze_end();
        cr_assert(found);
}

Test(freeze, the_programs_signal_actions_are_as_they_were)
{
        struct sigaction before[65], after;
        start(tick);
        for (int i = 34; i <= 64; i++)
                sigaction(i, NULL, &before[i]);
        freeze_begin(true);
        freeze_end();
        for (int i = 34; i <= 64; i++) {
                sigaction(i, NULL, &after);
                cr_assert_eq(after.sa_handler, before[i].sa_handler, "signal %d", i);
        }
}

Test(freeze, a_signal_that_the_program_uses_is_left_alone)
{
        signal(64, SIG_IGN);
        start(tick);
        cr_assert_eq(freeze_begin(true), 0);
        expect_standing();
        freeze_end();
        struct sigaction after;
        sigaction(64, NULL, &after);
        cr_assert_eq(after.sa_handler, SIG_IGN);
}

#if defined __x86_64__
static atomic_int sleeper, slept;
static atomic_long slept_ns;

static long now_ns(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec * 1000000000L + now.tv_nsec;
}

static void *sleep_long(void *unused)
{
        struct timespec long_time = {.tv_sec = 1, .tv_nsec = 0};
        sleeper = gettid();
        n_ready++;
        long begun = now_ns();
        slept = nanosleep(&long_time, NULL);
        slept_ns = now_ns() - begun;
        return NULL;
}

static void await_sleep(void)
{
        char path[64], text[16] = "";
        snprintf(path, sizeof path, "/proc/self/task/%d/syscall", (int)sleeper);
        for (int call = -1; call != SYS_nanosleep && call != SYS_clock_nanosleep;) {
                FILE *file = fopen(path, "r");
                cr_assert(file && fgets(text, sizeof text, file));
                fclose(file);
                call = strncmp(text, "running", 7) == 0 ? -1 : atoi(text);
        }
}

Test(freeze, at_the_end_a_sleep_is_not_cut_short)
{
        pthread_t thread = start(sleep_long);
        await_sleep();
        cr_assert_eq(freeze_begin(true), 0);
        freeze_end();
        pthread_join(thread, NULL);
        cr_assert_eq(slept, 0);
        cr_assert_geq(slept_ns, 1000000000L);
}
#endif

static struct stacks_part part_at(uintptr_t address)
{
        struct map map, below;
        cr_assert_neq(maps_find(address, &map), MAP_IS_NONE);
        bool guarded = maps_find(map.start - 1, &below) != MAP_IS_NONE && !below.readable;
        return stacks_find(map.start, map.end, guarded, false);
}

Test(stacks, the_stack_of_a_live_thread_is_alive_from_its_stack_pointer)
{
        start(tick);
        cr_assert_eq(freeze_begin(false), 0);
        stacks_begin((uintptr_t)__builtin_frame_address(0));
        struct stacks_part part = part_at(frame_of_thread);
        freeze_end();
        cr_assert_lt(part.start, part.alive);
        cr_assert_leq(part.alive, frame_of_thread);
        cr_assert_lt(frame_of_thread - part.alive, 4096);
        cr_assert_lt(frame_of_thread, part.end);
}

Test(stacks, the_stack_of_a_dead_thread_is_dead)
{
        pthread_t thread = start(tick);
        is_over = true;
        pthread_join(thread, NULL);
        stacks_begin((uintptr_t)__builtin_frame_address(0));
        struct stacks_part part = part_at(frame_of_thread);
        cr_assert_lt(part.start, part.end);
        cr_assert_eq(part.alive, part.end);
}

Test(stacks, memory_that_is_no_stack_has_none)
{
        static uintptr_t words[4096] __attribute__((aligned(4096)));
        stacks_begin((uintptr_t)__builtin_frame_address(0));
        struct stacks_part part = stacks_find((uintptr_t)words, (uintptr_t)(words + 4096), true, false);
        cr_assert_eq(part.start, part.end);
}
