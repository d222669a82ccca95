/* Sorting in place: heapsort, whose worst case is its usual case */
#include "bare/sort.h"

#include <stdbool.h>

static void sift(struct sort_pair *pairs, size_t at, size_t n)
{
        struct sort_pair moved = pairs[at];
        for (size_t child; (child = 2 * at + 1) < n; at = child) {
                if (child + 1 < n && pairs[child + 1].key > pairs[child].key)
                        child++;
                if (pairs[child].key <= moved.key)
                        break;
                pairs[at] = pairs[child];
        }
        pairs[at] = moved;
}

static bool is_sorted(const struct sort_pair *pairs, size_t n)
{
        for (size_t i = 1; i < n; i++)
                if (pairs[i - 1].key > pairs[i].key)
                        return false;
        return true;
}

void sort_pairs(struct sort_pair *pairs, size_t n)
{
        if (is_sorted(pairs, n))
                return;
        for (size_t i = n / 2; i-- > 0;)
                sift(pairs, i, n);
        for (size_t end = n; end-- > 1;) {
                struct sort_pair last = pairs[end];
                pairs[end] = pairs[0];
                pairs[0] = last;
                sift(pairs, 0, end);
        }
}

size_t sort_find(const struct sort_pair *pairs, size_t n, uint64_t key)
{
        size_t low = 0, high = n; /* pairs below `low` have keys <= key, those from `high` on have greater ones */
        while (low < high) {
                size_t middle = low + (high - low) / 2;
                if (pairs[middle].key <= key)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low - 1;
}
