/* Who still holds what: the judgement at the end */
#ifndef UNFREED_SHIM_LEAK_JUDGE_H
#define UNFREED_SHIM_LEAK_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

/* Freeze the other threads, mark from the roots, write a verdict for each live block of this image and the rows of
 * WIRE_EXTENT_HOLDERS, thaw. `sp`: the stack pointer below which the calling thread's stack is stale.
 * `for_exec`: only what is lost matters. Never faults, never hangs; sets header->judged. */
void judge(uintptr_t sp, bool for_exec);

#endif
