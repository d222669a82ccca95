/* What we know of threads */
#include "shim/self/thread.h"
#include "shim_place.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static void count_one(const struct wire_thread *thread, bool alive, void *context)
{
        cr_assert_neq(thread->tid, 0);
        *(unsigned *)context += alive;
}

static void *take_a_place(void *unused)
{
        struct wire_count *count = thread_init(&thread_self);
        count->births = 3;
        cr_assert_neq(thread_self.slot, 0);
        return unused;
}

Test(thread, has_a_place_of_its_own)
{
        place_begin(5);
        struct wire_count *ours = thread_init(&thread_self);
        cr_assert_eq(arena.threads[thread_self.slot].tid, gettid());
        cr_assert_eq(ours, &arena.threads[thread_self.slot].count);
        unsigned n = 0;
        thread_each(count_one, &n);
        cr_assert_eq(n, 1);
}

Test(thread, a_dead_ones_place_is_reused_and_its_counts_are_kept, .timeout = 60)
{
        enum { N = 2000 };
        place_begin(5);
        for (int i = 0; i < N; i++) {
                pthread_t thread;
                cr_assert_eq(pthread_create(&thread, NULL, take_a_place, NULL), 0);
                pthread_join(thread, NULL);
        }
        uint64_t n = arena.header->extents[WIRE_EXTENT_THREADS].used;
        cr_assert_lt(n, 50);
        uint64_t births = arena.header->retired.births;
        for (uint64_t i = 1; i < n; i++)
                births += arena.threads[i].count.births;
        cr_assert_eq(births, 3 * N);
}

Test(thread, one_that_never_was_is_not_alive)
{
        cr_assert(thread_alive(gettid()));
        cr_assert_not(thread_alive(0x3fffffff));
}
