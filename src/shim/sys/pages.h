/* Memory of our own: whole pages, private and anonymous */
#ifndef UNFREED_SHIM_SYS_PAGES_H
#define UNFREED_SHIM_SYS_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a variable that is large and of which most processes touch little or nothing: it stands behind all others, so that
 * what each process touches is in few pages. Each costs some 15 us. */
#define PAGES_APART __attribute__((section(".bss.z_apart")))

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

/* The lowest piece of ours that ends above `from`. False when there is none. */
bool pages_own_next(uintptr_t from, uintptr_t *ret_start, uintptr_t *ret_end);

/* A new mapping, readable and writable, of whose pages the first may be there; a negated errno when the kernel refuses.
 * For a mapping of ours that pages_take() does not make. */
long pages_map(size_t bytes, int flags, int fd);

/* From now on the program may have the kernel lock what is mapped, MCL_FUTURE, which means to fill it at once and to
 * count it against RLIMIT_MEMLOCK. Ours shall be neither. Forever: that costs two system calls for each piece. */
void pages_stay_unlocked(void);
bool pages_are_kept_unlocked(void);

/* All of this piece of ours will be written: its pages shall come now, which is cheaper than each on touch. Best effort
 * (Linux 5.14), and no error if there is no memory for them. */
void pages_prepare(void *piece, size_t bytes);

/* Bytes taken by pages_take() and not given back. */
size_t pages_taken_bytes(void);

/* Refuse the nth request from now on (1 = the next), once; 0 = refuse none. For tests: in a whole program by the
 * environment variable UNFREED_FAIL_PAGE, counted from the first request of each process image. */
void pages_refuse(unsigned nth);

/* Shall this request, which is about to be made, be refused? For those that map something else than pages_take() does. */
bool pages_is_refused(void);

#endif
