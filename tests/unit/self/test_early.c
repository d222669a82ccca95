/* Memory for those who ask before there is an allocator */
#include "shim/self/early.h"

#include <criterion/criterion.h>
#include <string.h>

Test(early, nothing_is_ours_before_the_first_request)
{
        int here = 0;
        cr_assert_not(early_own(&here));
}

Test(early, blocks_are_aligned_zeroed_known_and_apart)
{
        unsigned char *last_end = NULL;
        for (size_t size = 0; size < 3000; size += 7) {
                unsigned char *block = early_take(size, 0);
                cr_assert_not_null(block);
                cr_assert_eq((uintptr_t)block % 16, 0);
                cr_assert_eq(early_size(block), size);
                cr_assert(early_own(block));
                for (size_t i = 0; i < size; i++)
                        cr_assert_eq(block[i], 0);
                memset(block, 0xff, size);
                last_end = block + size;
        }
        cr_assert_not_null(last_end);
}

Test(early, an_alignment_asked_for_is_given)
{
        for (size_t alignment = 32; alignment <= 65536; alignment *= 2)
                cr_assert_eq((uintptr_t)early_take(10, alignment) % alignment, 0);
}

Test(early, grows_past_its_static_piece)
{
        unsigned char *big = early_take(10 << 20, 0);
        cr_assert_not_null(big);
        big[(10 << 20) - 1] = 1;
        cr_assert(early_own(big + (10 << 20) - 1));
        cr_assert_not_null(early_take(10, 0));
}

Test(early, an_impossible_request_is_refused) { cr_assert_null(early_take(SIZE_MAX - 100, 0)); }
