/* Sorting in place, without memory and without recursion */
#ifndef UNFREED_BARE_SORT_H
#define UNFREED_BARE_SORT_H

#include <stddef.h>
#include <stdint.h>

struct sort_pair {
        uint64_t key, value;
};

/* By key, ascending; equal keys in any order. O(n log n) always, O(n) where they stand in order already. */
void sort_pairs(struct sort_pair *pairs, size_t n);

/* Index of the last pair whose key is <= `key`; SIZE_MAX when there is none. */
size_t sort_find(const struct sort_pair *pairs, size_t n, uint64_t key);

#endif
