/* A lock without libpthread */
#include "shim/sys/lock.h"

#include <criterion/criterion.h>
#include <pthread.h>

static struct lock lock;
static long counter;

static void *work(void *unused)
{
        for (int i = 0; i < 100000; i++) {
                lock_take(&lock);
                counter++;
                lock_give(&lock);
        }
        return unused;
}

Test(lock, excludes, .timeout = 30)
{
        pthread_t threads[4];
        for (int i = 0; i < 4; i++)
                pthread_create(&threads[i], NULL, work, NULL);
        for (int i = 0; i < 4; i++)
                pthread_join(threads[i], NULL);
        cr_assert_eq(counter, 400000);
}

Test(lock, is_not_given_twice)
{
        cr_assert(lock_try(&lock));
        cr_assert_not(lock_try(&lock));
        lock_give(&lock);
        cr_assert(lock_try(&lock));
        lock_reset(&lock);
        cr_assert(lock_try(&lock));
}
