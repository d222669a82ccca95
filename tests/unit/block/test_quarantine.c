/* Released blocks held back for a while */
#include "shim/block/quarantine.h"
#include "shim/self/options.h"
#include "shim_place.h"

#include <pthread.h>

static char memory[100];

static void thread_begin(const char *text)
{
        if (arena.base == NULL)
                place_begin(5);
        options_init(text);
        thread_self.count = thread_init(&thread_self);
        quarantine_begin(&thread_self);
}

Test(quarantine, gives_back_in_order_when_full)
{
        thread_begin("quarantine_size=8K");
        for (int i = 0; i < 8; i++)
                cr_assert_null(quarantine_exchange(&thread_self, &memory[i], 100));
        for (int i = 8; i < 50; i++)
                cr_assert_eq(quarantine_exchange(&thread_self, &memory[i], 100), &memory[i - 8]);
}

Test(quarantine, lets_large_blocks_through)
{
        thread_begin("quarantine_size=8K");
        cr_assert_null(quarantine_exchange(&thread_self, memory, QUARANTINE_LARGEST_BYTES));
        cr_assert_eq(quarantine_exchange(&thread_self, memory, QUARANTINE_LARGEST_BYTES + 1), memory);
        cr_assert_eq(quarantine_exchange(&thread_self, memory, SIZE_MAX), memory);
}

Test(quarantine, can_be_off)
{
        thread_begin("quarantine_size=0");
        cr_assert_eq(quarantine_exchange(&thread_self, memory, 10), memory);
}

static void *hold_one(void *context)
{
        thread_begin("quarantine_size=1K");
        return quarantine_exchange(&thread_self, context, 10);
}

Test(quarantine, what_a_dead_thread_held_comes_out_at_last, .timeout = 30)
{
        thread_begin("quarantine_size=1K");
        void *before = NULL;
        int inherited = 0;
        for (int i = 0; i < 20; i++) {
                pthread_t thread;
                void *out;
                pthread_create(&thread, NULL, hold_one, &memory[i]);
                pthread_join(thread, &out);
                inherited += out != NULL;
                before = out ? out : before;
        }
        cr_assert_gt(inherited, 10);
        cr_assert_not_null(before);
}
