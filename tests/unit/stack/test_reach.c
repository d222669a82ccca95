/* How far a walk may read. This program has little thread-local storage, which glibc puts between a thread's control block
 * and its stack. */
#include "shim/stack/reach.h"
#include "shim/sys/maps.h"
#include "shim/sys/probe.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>

Test(reach, on_a_foreign_stack_the_page_in_use_is_read_without_asking_and_no_other)
{
        char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        mprotect(pages + 4096, 4096, PROT_NONE);
        uintptr_t edge = (uintptr_t)pages + 4096;
        struct reach_stack own = {.low = 1, .high = 2};
        for (uintptr_t sp = edge - 64; sp <= edge; sp += 8) {
                struct reach reach = reach_begin(&own, sp);
                uint64_t word;
                cr_assert_eq(reach.limit, edge);
                cr_assert_eq(reach_holds(&reach, sp), sp < edge);
                cr_assert_not(reach_holds(&reach, sp - 8), "it is below");
                cr_assert_not(reach_extend(&reach, edge));
                cr_assert_not(reach_read(&reach, edge, &word));
        }
}

/* --- the bounds of a thread's own stack --- */

/* Found without the list of mappings, which cannot be opened meanwhile? */
static bool is_found_at_once(struct reach_stack *stack, uintptr_t sp)
{
        struct rlimit before, none;
        struct map map;
        getrlimit(RLIMIT_NOFILE, &before);
        none = (struct rlimit){0, before.rlim_max};
        setrlimit(RLIMIT_NOFILE, &none);
        bool is_own = reach_begin(stack, sp).own, is_closed = maps_find(sp, &map) == MAP_IS_NOT_KNOWN;
        setrlimit(RLIMIT_NOFILE, &before);
        return is_own && is_closed;
}

Test(reach, the_main_threads_stack_is_known_to_where_the_program_began)
{
        struct reach_stack stack = {0};
        uintptr_t here = (uintptr_t)__builtin_frame_address(0);
        cr_assert(is_found_at_once(&stack, here));
        cr_assert_lt(stack.low, here - 65536);
        cr_assert(probe_readable(here, stack.high - here), "all of it is mapped");
        static char elsewhere[64];
        cr_assert_not(reach_begin(&stack, (uintptr_t)elsewhere).own);
}

enum { THREAD_STACK = 256 << 10 };
static char *thread_stack; /* with a page above and below it that nobody may touch */

static void *bounds_check(void *unused)
{
        struct reach_stack stack = {0};
        uintptr_t here = (uintptr_t)__builtin_frame_address(0), low = (uintptr_t)thread_stack;
        cr_assert(is_found_at_once(&stack, here));
        cr_assert(here < stack.high && stack.high <= low + THREAD_STACK);
        cr_assert_gt(stack.low, here - 8192, "no more than is needed was asked for");
        cr_assert(is_found_at_once(&stack, here - 40000), "it got deeper");
        cr_assert(stack.low <= here - 40000 && low <= stack.low);
        cr_assert(reach_begin(&stack, here).own);
        for (uintptr_t sp = stack.low - 8; sp >= low; sp -= 4096)
                cr_assert(reach_begin(&stack, sp).own);
        cr_assert_not(stack.is_whole);
        cr_assert_not(reach_begin(&stack, low - 8).own, "there is a gap between");
        cr_assert(stack.is_whole);
        cr_assert_not(reach_begin(&stack, low - 4096 - 8).own);
        cr_assert_eq(stack.low, low);
        return unused;
}

Test(reach, a_threads_stack_is_known_as_far_as_it_was_used)
{
        pthread_attr_t attributes;
        pthread_t thread;
        char *pages = mmap(NULL, THREAD_STACK + 12288, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        thread_stack = pages + 8192;
        mprotect(pages + 4096, 4096, PROT_NONE);
        mprotect(thread_stack + THREAD_STACK, 4096, PROT_NONE);
        pthread_attr_init(&attributes);
        pthread_attr_setstack(&attributes, thread_stack, THREAD_STACK);
        cr_assert_eq(pthread_create(&thread, &attributes, bounds_check, NULL), 0);
        pthread_join(thread, NULL);
}

static void *far_check(void *unused)
{
        struct reach_stack stack = {0};
        uintptr_t here = (uintptr_t)__builtin_frame_address(0);
        cr_assert(reach_begin(&stack, here).own);
        cr_assert(reach_begin(&stack, here - 100000).own, "far below: the list of mappings is asked");
        cr_assert(stack.is_whole);
        return unused;
}

Test(reach, a_threads_stack_is_known_far_below_what_was_used)
{
        pthread_t thread;
        cr_assert_eq(pthread_create(&thread, NULL, far_check, NULL), 0);
        pthread_join(thread, NULL);
}
