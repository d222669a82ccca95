/* Memory for those who ask before there is an allocator
 *
 * While the functions behind ours are being looked up, ld.so or another thread may want memory. It comes from here,
 * 16-byte aligned, zeroed, from a static piece first and from fresh pages when that is used up. Nothing is ever
 * reused: it is a few hundred bytes in practice. Blocks are known by address range to every entry point.
 */
#ifndef UNFREED_SHIM_SELF_EARLY_H
#define UNFREED_SHIM_SELF_EARLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `alignment`: a power of two, 16 at least is given. NULL when the kernel refuses memory. */
void *early_take(size_t bytes, size_t alignment);
size_t early_size(const void *block); /* bytes asked for */

enum { EARLY_STATIC_BYTES = 16384, EARLY_POOLS = 64 };
extern _Atomic bool early_used __attribute__((visibility("hidden"))); /* anything given yet? */
bool early_own_slow(const void *address);

/* Call `visit` for each piece of memory that was given: the program may keep pointers there. */
void early_each(void (*visit)(uintptr_t start, uintptr_t end, void *context), void *context);

/* Is it one of ours? One load in a program that never needed the pool. */
static inline bool early_own(const void *address)
{
        return __builtin_expect(early_used, 0) && early_own_slow(address);
}

#endif
