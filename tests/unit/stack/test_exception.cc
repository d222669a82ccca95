/* Exceptions unwind frames that were walked; the next walk is of what remains. C++, since C has none. */
extern "C" {
#include "functions.h"
extern unsigned walked_n, walked_n_differ;
extern unsigned walked_door(void);
extern void walked_begin(void);
extern unsigned walked_random(void);
}
#include <criterion/criterion.h>
#include <stdexcept>

static __attribute__((noinline)) void thrower(int depth)
{
        struct Guard {
                ~Guard() { walked_door(); }
        } guard;
        if (depth > 0)
                thrower(depth - 1);
        else {
                functions_descend(2);
                throw std::runtime_error("up");
        }
        __asm__ volatile("" ::: "memory");
}

Test(exception, captures_in_destructors_and_handlers_are_walked)
{
        walked_begin();
        for (int i = 0; i < 200; ++i) {
                try {
                        thrower((int)(walked_random() % 8));
                } catch (const std::exception &) {
                        functions_descend(3);
                }
                walked_door();
        }
        cr_assert_eq(walked_n_differ, 0);
}
