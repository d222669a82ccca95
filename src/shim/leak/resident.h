/* Which pages of a range are worth reading */
#ifndef UNFREED_SHIM_LEAK_RESIDENT_H
#define UNFREED_SHIM_LEAK_RESIDENT_H

#include <stdbool.h>
#include <stdint.h>

enum resident_what {
        RESIDENT_ANY,     /* in memory or swapped out: pages that were ever touched */
        RESIDENT_WRITTEN, /* of a private file mapping: pages that are no longer the file's */
};

/* Ask the kernel for its page tables once for many ranges; without them every page counts as touched. */
void resident_begin(uint64_t until_ns); /* CLOCK_MONOTONIC */
void resident_end(void);
bool resident_known(void);

/* Did the time end before all pages had been asked for? Then some were not visited. */
bool resident_over(void);

/* Is this page of anonymous memory, or of a private file mapping, in other processes too? Then this process has not
 * written to it since it was forked, unless it forked since. False when not known. */
bool resident_is_shared(uintptr_t page);

/* Do as on a kernel that cannot tell runs of pages by itself. For tests. */
void resident_scan_never(void);

/* Call `visit` for each run of such pages in [start, end), cut to it, in order. */
void resident_each(uintptr_t start, uintptr_t end, enum resident_what what,
                   void (*visit)(uintptr_t start, uintptr_t end, void *context), void *context);

#endif
