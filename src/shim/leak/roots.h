/* Where pointers count without anyone pointing to them */
#ifndef UNFREED_SHIM_LEAK_ROOTS_H
#define UNFREED_SHIM_LEAK_ROOTS_H

#include "wire/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct roots {
        uintptr_t sp;   /* of the judging thread, as its caller had it */
        size_t missing; /* threads that did not stand still: all stacks are read whole */
        bool inherited; /* a fork child: heap that its own table does not speak of is its parent's, and may point */
};

/* Look at the mappings and take memory for what is known of them; tells mark/ and shape/ about them. Tells what
 * is missing, if so: MEMORY or MAPS. `until_ns`: when to give up, CLOCK_MONOTONIC. Other threads stand still from here
 * on until roots_end(). */
enum wire_unjudged roots_begin(uint64_t until_ns);

/* Read all roots: globals first, so that they are named as holders before stacks are. */
void roots_read(const struct roots *roots);

void roots_end(void);

#endif
