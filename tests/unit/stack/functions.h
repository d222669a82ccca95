/* Functions of all shapes that call each other at random, down to the door. Each shape keeps its frame in another way. */
#ifndef UNFREED_TESTS_STACK_FUNCTIONS_H
#define UNFREED_TESTS_STACK_FUNCTIONS_H

#include <stdbool.h>

/* Go `depth` calls deeper by random shapes and capture there. */
void functions_descend(int depth);

/* The same by one shape only. */
enum functions_shape { SHAPE_PLAIN, SHAPE_FP, SHAPE_ALLOCA, SHAPE_REALIGNED, SHAPE_BIG, SHAPE_TWO_SITES, SHAPES };
void functions_repeat(enum functions_shape shape, int depth);

/* Never SHAPE_REALIGNED: gcc's tables are wrong for two instructions at its end, after `leave`, and libgcc's unwinder
 * faults when a signal comes just there. */
extern bool functions_exact_everywhere;

#endif
