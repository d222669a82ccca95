/* Walking in a unit test, with libgcc as the judge */
#ifndef UNFREED_TESTS_STACK_WALKED_H
#define UNFREED_TESTS_STACK_WALKED_H

#include "shim_place.h"
#include "wire/family.h"

#include <stdint.h>

enum { WALKED_MAX = 4096 };

extern __thread struct thread walked_thread;

/* An arena, and this thread's place in it. In other threads: walked_begin_thread() with a place of their own. */
void walked_begin(void);
void walked_begin_thread(uint32_t place);

/* An entry point: capture the caller's stack, and compare it frame by frame with _Unwind_Backtrace(). The difference
 * fails the test, or is only counted while `walked_forgiving`. */
uint32_t walked_door(void);
extern uint32_t walked_n, walked_n_differ;
extern bool walked_forgiving;

/* Frames of a node, innermost first, without the allocator. Returns how many. */
unsigned walked_frames(uint32_t node, uint64_t *ret_words, unsigned max);

/* Numbers that are the same in each run. */
uint32_t walked_random(void);

#endif
