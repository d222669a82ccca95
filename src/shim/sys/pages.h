/* Memory of our own: whole pages, private and anonymous */
#ifndef UNFREED_SHIM_SYS_PAGES_H
#define UNFREED_SHIM_SYS_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed pages for at least `bytes` (rounded up to pages), not dumped into core files; NULL when the kernel refuses.
 * Pages come on touch. What was taken is remembered, so that the judgement knows our own memory: pages_own(). */
void *pages_take(size_t bytes);
void pages_give(void *pages, size_t bytes);

/* Remember a mapping made elsewhere as ours (the arena), or forget it. */
void pages_claim(const void *pages, size_t bytes);
void pages_disclaim(const void *pages);

/* Is the address in pages that are ours? Async-signal-safe, lock-free. */
bool pages_own(const void *address);

/* The end of the piece of ours that holds the address; 0 when none does. */
uintptr_t pages_own_end(const void *address);

/* Bytes taken by pages_take() and not given back. */
size_t pages_taken_bytes(void);

/* Refuse the nth request from now on (1 = the next), once; 0 = refuse none. For tests: in a whole program by the
 * environment variable UNFREED_FAIL_PAGE, counted from the first request of each process image. */
void pages_refuse(unsigned nth);

/* Shall this request, which is about to be made, be refused? For those that map something else than pages_take() does. */
bool pages_is_refused(void);

#endif
