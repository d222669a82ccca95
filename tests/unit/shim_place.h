/* An arena for unit tests of the shim: what image_begin() makes in a program */
#ifndef UNFREED_TESTS_SHIM_PLACE_H
#define UNFREED_TESTS_SHIM_PLACE_H

#include "shim/arena/arena.h"
#include "shim/self/options.h"
#include "shim/self/thread.h"
#include "shim/stack/stack.h"

#include <criterion/criterion.h>

static inline void place_send(int memfd, size_t bytes)
{
        cr_assert_geq(memfd, 0);
        cr_assert_gt(bytes, sizeof(struct wire_header));
}

static const struct arena_helper place_helper = {place_send, NULL};

/* Begin recording in this process, with blocks `1 << granule_shift` bytes apart at least. */
static inline void place_begin(unsigned granule_shift)
{
        options_init(NULL);
        cr_assert(arena_init(granule_shift, &place_helper));
        stack_init(false);
}

#endif
