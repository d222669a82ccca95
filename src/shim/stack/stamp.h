/* One number that says: all is plain
 *
 * A door that is to go the plain way (record/hot.h) must know that there is a recording, that nothing about it is
 * unusual, that no code was unloaded since this thread's stacks were remembered, and that the thread is not in the
 * middle of remembering one. Each memo says the last two with its `state` (memo.h), which is the stamp of the generation
 * of code that it knows while nobody is in it; `arena` says the rest with the stamp of the present generation, or 0 when
 * something is unusual. So one comparison answers all four.
 */
#ifndef UNFREED_SHIM_STACK_STAMP_H
#define UNFREED_SHIM_STACK_STAMP_H

#include <stdbool.h>
#include <stdint.h>

/* What a memo that knows the code of this generation has, even and not 0. Generation 0 never is. */
static inline uintptr_t stamp_of(uint32_t generation) { return (uintptr_t)generation << 2 | 2; }

/* From now on the plain case is possible for births, and for releases; or not. */
void stamp_allow(bool births, bool releases);

/* The generation has changed. */
void stamp_renew(void);

#endif
