/* Walks over compiled code of every shape are those of libgcc */
#include "functions.h"
#include "shim/stack/memo.h"
#include "shim/stack/rule.h"
#include "shim/stack/walk.h"
#include "walked.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <ucontext.h>

Test(walk, every_shape_of_frame_is_walked)
{
        walked_begin();
        for (int shape = 0; shape < SHAPES; ++shape)
                for (int depth = 0; depth < 20; ++depth)
                        functions_repeat((enum functions_shape)shape, depth);
        cr_assert_eq(walked_n_differ, 0);
}

Test(walk, random_calls_of_all_shapes_are_walked)
{
        walked_begin();
        for (int i = 0; i < 20000; ++i)
                functions_descend((int)(walked_random() % 24));
        cr_assert_eq(walked_n, 20000);
}

Test(walk, short_rules_suffice_for_all_shapes)
{
        walked_begin();
        for (int i = 0; i < 200; ++i) {
                functions_descend(12);
                cr_assert_neq(walked_thread.memo->levels[0].trunk.stamp, stamp_of(0));
                cr_assert_geq(walked_thread.memo->levels[0].trunk.n_frames, 24);
        }
}

/* --- the same stack --- */

static __attribute__((noinline)) uint32_t twice(uint32_t *ret_second)
{
        uint32_t nodes[2];
        for (volatile int i = 0; i < 2; i = i + 1)
                nodes[i] = walked_door();
        *ret_second = nodes[1];
        return nodes[0];
}

Test(walk, the_same_stack_is_the_same_node)
{
        walked_begin();
        uint32_t second, first = twice(&second);
        cr_assert_neq(first, 0);
        cr_assert_eq(first, second);
        uint32_t used = (uint32_t)arena.header->extents[WIRE_EXTENT_NODES].used;
        cr_assert_eq(twice(&second), second);
        cr_assert_leq(arena.header->extents[WIRE_EXTENT_NODES].used, used + 4, "only the two return addresses are new");
}

Test(walk, the_allocator_is_innermost)
{
        walked_begin();
        uint32_t node = walked_door();
        cr_assert_eq(arena.nodes[node].word, wire_word_allocator(WIRE_ENTRY_MALLOC, 0));
        cr_assert_eq(wire_word_tag(arena.nodes[arena.nodes[node].parent].word) <= WIRE_TAG_MODULE_MAX, true);
}

/* --- control flow that does not return --- */

static jmp_buf back;

static __attribute__((noinline)) void jump(int depth)
{
        functions_descend(depth);
        longjmp(back, 1);
}

Test(walk, longjmp_over_walked_frames_does_no_harm)
{
        walked_begin();
        for (volatile int i = 0; i < 300; i = i + 1) {
                if (setjmp(back) == 0)
                        jump((int)(walked_random() % 10));
                walked_door();
        }
}

/* Tail calls: `last` stands where its caller stood, with the same return address. */
static __attribute__((noinline)) void last(void) { functions_descend(1); }
static __attribute__((noinline, optimize("optimize-sibling-calls"))) void first_of_two(int which)
{
        if (which)
                return last();
        walked_door();
        __asm__ volatile("" ::: "memory");
}

Test(walk, tail_calls_are_walked)
{
        walked_begin();
        for (int i = 0; i < 100; ++i)
                first_of_two(i & 1);
}

/* --- other stacks --- */

enum { COROUTINES = 4, COROUTINE_BYTES = 256 * 1024 };
static ucontext_t home, contexts[COROUTINES];
static int to_go;

static void coroutine(int me)
{
        while (to_go-- > 0) {
                functions_descend((int)(walked_random() % 5));
                swapcontext(&contexts[me], &contexts[(me + 1) % COROUTINES]);
        }
        setcontext(&home);
}

static void coroutines_run(char *stacks[COROUTINES])
{
        to_go = 400;
        for (int i = 0; i < COROUTINES; ++i) {
                getcontext(&contexts[i]);
                contexts[i].uc_stack = (stack_t){.ss_sp = stacks[i], .ss_size = COROUTINE_BYTES};
                makecontext(&contexts[i], (void (*)(void))coroutine, 1, i);
        }
        if (swapcontext(&home, &contexts[0]) != 0)
                abort();
}

Test(walk, coroutines_in_turn_are_walked)
{
        char *stacks[COROUTINES];
        walked_begin();
        walked_door(); /* so that the thread's own stack is known */
        for (int i = 0; i < COROUTINES; ++i)
                stacks[i] = malloc(COROUTINE_BYTES);
        coroutines_run(stacks);
        walked_door();
        cr_assert_gt(walked_n, 400);
}

Test(walk, a_thread_that_begins_on_a_coroutine_is_walked)
{
        char *stacks[COROUTINES];
        walked_begin();
        for (int i = 0; i < COROUTINES; ++i)
                stacks[i] = malloc(COROUTINE_BYTES);
        coroutines_run(stacks);
}

/* --- signals --- */

static void on_signal(int number) { functions_descend(3); }

static __attribute__((noinline)) void interrupted(void)
{
        raise(SIGUSR1);
        __asm__ volatile("" ::: "memory");
}

Test(walk, frames_interrupted_by_a_signal_are_walked)
{
        walked_begin();
        signal(SIGUSR1, on_signal);
        for (int i = 0; i < 20; ++i) {
                interrupted();
                walked_door();
        }
}

Test(walk, a_handler_on_its_own_stack_is_walked)
{
        walked_begin();
        stack_t stack = {.ss_sp = malloc(1 << 18), .ss_size = 1 << 18};
        sigaltstack(&stack, NULL);
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
        sigaction(SIGUSR1, &action, NULL);
        for (int i = 0; i < 20; ++i) {
                interrupted();
                walked_door();
        }
}

Test(walk, a_signal_at_any_moment_leaves_every_walk_right)
{
        walked_begin();
        functions_exact_everywhere = true;
        signal(SIGALRM, on_signal);
#if defined __x86_64__
        enum { OFTEN_US = 100 };
#else
        enum { OFTEN_US = 20000 }; /* emulated, mostly: a handler must end before the next one */
#endif
        struct itimerval often = {.it_interval = {.tv_usec = OFTEN_US}, .it_value = {.tv_usec = OFTEN_US}};
        setitimer(ITIMER_REAL, &often, NULL);
        for (int i = 0; i < 30000; ++i)
                functions_descend((int)(walked_random() % 20));
        setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
        cr_assert_gt(walked_n, 30010, "signals came");
}

/* --- depth --- */

static __attribute__((noinline)) uint32_t recurse(int depth)
{
        uint32_t node = depth == 0 ? walked_door() : recurse(depth - 1);
        __asm__ volatile("" ::: "memory");
        return node;
}

Test(walk, a_deep_stack_is_walked_to_its_end)
{
        walked_begin();
        for (int depth = 0; depth < 3000; depth += 500)
                recurse(depth);
        for (int depth = 3000; depth > 0; depth -= 700)
                recurse(depth);
}

Test(walk, past_the_limit_the_outer_half_is_cut_and_stays_so)
{
        walked_begin();
        walked_forgiving = true; /* libgcc has more */
        static uint64_t words[80000];
        uint32_t node = recurse(70000);
        unsigned n = walked_frames(node, words, 80000);
        cr_assert_geq(n, 30000);
        cr_assert_leq(n, 65535);
        uint32_t bottom = node;
        while (arena.nodes[bottom].parent)
                bottom = arena.nodes[bottom].parent;
        cr_assert_eq(wire_word_tag(arena.nodes[bottom].word), WIRE_TAG_CUT);
}

static unsigned n_kept(uint32_t node)
{
        static uint64_t words[80000];
        return walked_frames(node, words, 80000);
}

/* The whole credit is spent by captures at this depth. */
static void capture_deep_again_and_again(int depth)
{
        for (int i = 0; i <= WALK_DEEP_CREDIT / depth; ++i)
                walk_charge(&walked_thread.memo->levels[0], (uint32_t)depth, (uint32_t)options.malloc_context_size);
}

Test(walk, who_captures_deep_again_and_again_keeps_less)
{
        walked_begin();
        walked_forgiving = true;
        for (int i = 0; i < 3; ++i)
                cr_assert_gt(n_kept(recurse(5000)), 5000, "a few are whole");
        uint32_t before = walked_thread.memo->levels[0].deep_credit;
        recurse(4000);
        cr_assert_lt(walked_thread.memo->levels[0].deep_credit, before - 3999, "they are charged");
        before = walked_thread.memo->levels[0].deep_credit;
        recurse(900);
        cr_assert_eq(walked_thread.memo->levels[0].deep_credit, before, "others are not");
        capture_deep_again_and_again(5000);
        for (int depth = 5000; depth > 1100; depth -= 37) {
                unsigned n = n_kept(recurse(depth));
                cr_assert_geq(n, WALK_FRAMES_DEEP / 4, "%d of %u", depth, n);
                cr_assert_leq(n, WALK_FRAMES_DEEP);
        }
        for (int depth = 2000; depth < 4000; depth += 300) {
                unsigned n = n_kept(recurse(depth));
                cr_assert_geq(n, WALK_FRAMES_DEEP / 4, "%d of %u", depth, n);
                cr_assert_leq(n, WALK_FRAMES_DEEP);
        }
        walked_forgiving = false;
        recurse(0);
        recurse(500); /* is whole still, and compared */
        recurse(900);
}

Test(walk, who_asks_for_so_many_frames_has_them_always)
{
        walked_begin();
        walked_forgiving = true;
        options.malloc_context_size = 3000;
        recurse(0);
        capture_deep_again_and_again(5000);
        for (int depth = 20000; depth > 3000; depth -= 777)
                cr_assert_eq(n_kept(recurse(depth)), 3000);
}

Test(walk, a_context_size_keeps_the_innermost_frames)
{
        walked_begin();
        options.malloc_context_size = 5;
        walked_forgiving = true;
        uint64_t words[100];
        for (int i = 0; i < 3; ++i)
                for (int depth = 10; depth < 30; depth += 9) {
                        uint32_t node = recurse(depth);
                        cr_assert_eq(walked_frames(node, words, 100), 5);
                        cr_assert_eq(words[2], words[3], "the recursion");
                }
        /* Outside of what is kept nothing matters. */
        cr_assert_eq(recurse(10), recurse(29));
        cr_assert_neq(recurse(10), recurse(2));
}

/* --- stacks that come in turn --- */

/* A tree of calls, of which each makes a capture before and one after those below it, through functions picked by its
 * path: stacks are cut off, grow again as they were, and grow otherwise. */
static uint64_t path;

static __attribute__((noinline)) void tree_grow(int depth);
static __attribute__((noinline)) void tree_left(int depth)
{
        volatile char room[40];
        room[0] = (char)depth;
        tree_grow(depth - room[0] + depth - 1);
        room[1] = 1;
}
static __attribute__((noinline)) void tree_right(int depth)
{
        volatile char room[200];
        room[0] = (char)depth;
        tree_grow(depth - room[0] + depth - 1);
        room[1] = 1;
}

static void tree_grow(int depth)
{
        walked_door();
        for (volatile int i = 0; depth > 0 && i < 2; i = i + 1) {
                path = path * 6364136223846793005u + 1442695040888963407u;
                (path >> 40 & 3 ? tree_left : tree_right)(depth);
        }
        walked_door();
}

Test(walk, stacks_that_come_back_and_stacks_that_only_look_so_are_told_apart)
{
        walked_begin();
        for (int i = 0; i < 60; ++i)
                tree_grow(7);
        cr_assert_eq(walked_n_differ, 0);
}

static uint32_t hits(void)
{
        uint32_t n = 0;
        const struct memo_level *level = &walked_thread.memo->levels[0];
        for (unsigned i = 0; i < TWIGS; ++i)
                n += level->twigs[i].pc != 0 && level->twigs[i].frame->serial == level->twigs[i].serial;
        return n;
}

static __attribute__((noinline)) void ten_sites(void)
{
        walked_door(), walked_door(), walked_door(), walked_door(), walked_door();
        walked_door(), walked_door(), walked_door(), walked_door(), walked_door();
}

Test(walk, stacks_that_come_in_turn_are_all_remembered)
{
        walked_begin();
        uint32_t before = hits(), serial[6];
        for (volatile int i = 0; i < 6; i = i + 1) {
                ten_sites();
                serial[i] = walked_thread.memo->levels[0].trunk.serial;
        }
        cr_assert_geq(hits(), before + 10);
        cr_assert_eq(serial[5], serial[2], "no walk any more");
}

Test(walk, when_serials_run_out_all_is_forgotten)
{
        walked_begin();
        for (int i = 0; i < 5; ++i)
                tree_grow(4);
        walked_thread.memo->levels[0].trunk.serial = UINT32_MAX - 40;
        for (int i = 0; i < 20; ++i)
                tree_grow(4);
        cr_assert_lt(walked_thread.memo->levels[0].trunk.serial, UINT32_MAX / 2);
        cr_assert_eq(walked_n_differ, 0);
}

static __attribute__((noinline)) void recurse_aside(int n)
{
        volatile int here = n;
        recurse(n);
        here++;
}

/* Always from the same two places. */
static __attribute__((noinline, noclone)) uint32_t recurse_in_turn(volatile int rounds)
{
        while (rounds-- > 0) {
                recurse(12);
                recurse_aside(12);
        }
        return walked_thread.memo->levels[0].trunk.serial;
}

Test(walk, stacks_that_part_far_out_and_come_back_are_not_walked_anew)
{
        walked_begin();
        volatile uint32_t serials[2];
        for (volatile int i = 0; i < 2; ++i)
                serials[i] = recurse_in_turn(4);
        cr_assert_eq(serials[0], serials[1]);
        cr_assert_eq(walked_n_differ, 0);
}

/* --- stacks that start alike --- */

static __attribute__((noinline)) uint32_t wrapper(void)
{
        uint32_t node = walked_door();
        __asm__ volatile("" ::: "memory");
        return node;
}

static __attribute__((noinline)) uint32_t three_callers(uint32_t *nodes)
{
        nodes[0] = wrapper();
        nodes[1] = wrapper();
        nodes[2] = wrapper();
        return walked_thread.memo->levels[0].trunk.serial;
}

/* One place for all calls, so that the frames further out are the same. */
static __attribute__((noinline, noclone)) uint32_t three_callers_often(volatile int rounds, uint32_t *nodes)
{
        uint32_t serial = 0;
        while (rounds-- > 0)
                serial = three_callers(nodes);
        return serial;
}

/* From now on nobody looks into other places than the home and the guess, for a while. */
static void search_no_more(struct memo_level *level)
{
        level->search_credit = 0;
        level->n_not_searched = 0;
}

static __attribute__((noinline, noclone)) void guesses_try(bool spoil, uint32_t *ret_serials)
{
        struct memo_level *level = &walked_thread.memo->levels[0];
        uint32_t nodes[3], again[3];
        for (volatile int i = 0; i < 3; i = i + 1) {
                ret_serials[i] = three_callers_often(1, i == 0 ? nodes : again);
                if (i == 1 && spoil)
                        for (unsigned k = 0; k < 1 << GUESS_BITS; ++k)
                                level->guesses[k] = (twig_guess)(TWIGS - 1 - k % TWIGS);
                if (i == 1)
                        search_no_more(level);
        }
        for (int i = 0; i < 3; ++i)
                cr_assert_eq(nodes[i], again[i]);
        cr_assert(nodes[0] != nodes[1] && nodes[1] != nodes[2] && nodes[0] != nodes[2]);
}

Test(walk, who_is_not_at_home_is_found_where_he_is_guessed_to_be)
{
        walked_begin();
        uint32_t serials[3];
        guesses_try(false, serials);
        cr_assert_eq(serials[2], serials[1], "no walk, and no search");
}

Test(walk, a_wrong_guess_is_not_believed)
{
        walked_begin();
        uint32_t serials[3];
        guesses_try(true, serials);
        cr_assert_neq(serials[2], serials[1], "walked anew");
}

Test(walk, who_never_finds_anything_searches_seldom)
{
        walked_begin();
        struct memo_level *level = &walked_thread.memo->levels[0];
        for (int depth = 0; depth < 2 * CREDIT_FIRST; ++depth)
                recurse(depth);
        cr_assert_eq(level->search_credit, 0);
        cr_assert_gt(level->n_not_searched, 0);
        for (int i = 0; i < 400 && level->search_credit < CREDIT_FOUND; ++i) {
                uint32_t nodes[3];
                for (unsigned k = 0; k < 1 << GUESS_BITS; ++k)
                        level->guesses[k] = 0;
                three_callers_often(1, nodes);
        }
        cr_assert_gt(level->search_credit, 0, "it begins to pay");
}

/* --- the memo when its owner is interrupted --- */

Test(walk, a_capture_within_a_capture_leaves_the_outer_one_alone)
{
        walked_begin();
        recurse(30);
        struct memo_level *outer = &walked_thread.memo->levels[0];
        struct walked before = outer->trunk;
        outer->state = ((uintptr_t)__builtin_frame_address(0) + 4096) | 1; /* as if its frame were above us */
        recurse(12);
        cr_assert_eq(outer->trunk.n_frames, before.n_frames);
        cr_assert_eq(outer->trunk.serial, before.serial);
        cr_assert(memo_is_busy(outer));
        cr_assert_geq(walked_thread.memo->levels[1].trunk.n_frames, 12);
}

Test(walk, a_capture_that_was_left_by_longjmp_does_not_silence_the_thread)
{
        walked_begin();
        walked_door();
        for (unsigned i = 0; i < MEMO_LEVELS; ++i)
                walked_thread.memo->levels[i].state = ((uintptr_t)__builtin_frame_address(0) - 100000) | 1;
        walked_door();
        cr_assert(!memo_is_busy(&walked_thread.memo->levels[0]));
        uint64_t dropped = arena.header->dropped[WIRE_DROP_REENTRANT];
        walked_door();
        cr_assert_eq(arena.header->dropped[WIRE_DROP_REENTRANT], dropped);
}

Test(walk, when_all_levels_are_busy_one_frame_is_kept)
{
        walked_begin();
        walked_forgiving = true;
        walked_door();
        for (unsigned i = 0; i < MEMO_LEVELS; ++i)
                walked_thread.memo->levels[i].state = ((uintptr_t)__builtin_frame_address(0) + 100000) | 1;
        uint64_t words[10];
        cr_assert_eq(walked_frames(walked_door(), words, 10), 1);
        cr_assert_eq(arena.header->dropped[WIRE_DROP_REENTRANT], 1);
}
