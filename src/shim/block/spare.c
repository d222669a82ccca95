/* Places that sampled blocks leave. See spare.h */
#include "shim/block/spare.h"

static void *kept[SPARE_SIZES][SPARE_OF_A_SIZE];

static size_t bytes_of(unsigned n) { return (size_t)SPARE_LEAST_BYTES << n; }

/* Of the sizes that hold so many bytes the least; SPARE_SIZES = none does. */
static unsigned size_for(size_t bytes)
{
        unsigned n = 0;
        while (n < SPARE_SIZES && bytes_of(n) < bytes)
                n++;
        return n;
}

size_t spare_bytes(size_t bytes)
{
        unsigned n = size_for(bytes);
        return n < SPARE_SIZES ? bytes_of(n) : bytes;
}

void *spare_take(size_t bytes)
{
        unsigned n = size_for(bytes);
        for (unsigned i = 0; n < SPARE_SIZES && i < SPARE_OF_A_SIZE; i++) {
                void *block = __atomic_load_n(&kept[n][i], __ATOMIC_RELAXED);
                if (block && (block = __atomic_exchange_n(&kept[n][i], NULL, __ATOMIC_ACQUIRE)))
                        return block;
        }
        return NULL;
}

bool spare_keep(void *block, size_t bytes)
{
        if (bytes < bytes_of(0) || bytes >= bytes_of(SPARE_SIZES))
                return false;
        unsigned n = size_for(bytes + 1) - 1; /* of those that it holds the largest */
        for (unsigned i = 0; i < SPARE_OF_A_SIZE; i++) {
                void *none = NULL;
                if (__atomic_compare_exchange_n(&kept[n][i], &none, block, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
                        return true;
        }
        return false;
}

bool spare_holds(const void *block)
{
        for (unsigned n = 0; n < SPARE_SIZES; n++)
                for (unsigned i = 0; i < SPARE_OF_A_SIZE; i++)
                        if (__atomic_load_n(&kept[n][i], __ATOMIC_RELAXED) == block)
                                return true;
        return false;
}
