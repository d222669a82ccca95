/* Life as one state machine
 *
 *      UNBORN --first call--> BIRTH --> ON --exit, exec--> JUDGED --exec failed--> ON
 *                               |        `--fork, in the child--> UNBORN of a new image (the arena page was wiped)
 *                               `--> OFF   (no memory, no arena: everything passes through, and is counted)
 *
 * Everything starts at the first call of any entry point: ld.so and other libraries' constructors allocate before
 * ours runs.
 */
#ifndef UNFREED_SHIM_SELF_LIFE_H
#define UNFREED_SHIM_SELF_LIFE_H

#include <stdbool.h>
#include <stdint.h>

/* Start recording; cheap when that was decided already. True when recording is on. Called by an entry point that
 * found `arena.base == NULL`. Never waits for another thread's birth: until that is over it returns false, and the
 * caller serves the request unrecorded. */
bool life_begin(void);

/* Which process image this is: 1, +1 in each fork child. */
uint32_t life_image(void);

/* Is this the process that owns the arena, and not a vfork child that runs in its memory? One getpid. */
bool life_owner(void);

/* The program is about to end, or to become another image: judge (once). `sp`: the stack pointer of whoever asked, so
 * that stale stack below it hides nothing. */
void life_end_exit(int status, uintptr_t sp);
void life_end_exec(uintptr_t sp);
void life_exec_failed(void);

/* Around fork: everything of ours that must not be half-done in the child. */
void life_fork_begin(void);
void life_fork_end_parent(void);
void life_fork_end_child(void);

#endif
