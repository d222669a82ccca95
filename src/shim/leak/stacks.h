/* Which part of a mapping is a thread's stack, and how much of it is alive */
#ifndef UNFREED_SHIM_LEAK_STACKS_H
#define UNFREED_SHIM_LEAK_STACKS_H

#include <stdbool.h>
#include <stdint.h>

struct stacks_part {
        uintptr_t start, end; /* of the stack; start == end when there is none */
        uintptr_t alive;      /* what lies below is stale; == end when its thread is dead, and nobody waits for it */
        uintptr_t storage;    /* its thread's pointer to thread-local storage, 0 = the first thread's */
        int32_t tid;
};

/* `sp` and thread pointer of the judging thread; the others are asked of freeze/. */
void stacks_begin(uintptr_t sp);

/* The stack in [start, end), readable memory: `guarded` when an inaccessible mapping lies right below it, `is_first`
 * when it is the one that the kernel made. */
struct stacks_part stacks_find(uintptr_t start, uintptr_t end, bool guarded, bool is_first);

/* Call `visit` for each live thread, the judging one (n_registers = 0) included. */
void stacks_each_thread(void (*visit)(int32_t tid, uintptr_t storage, const uintptr_t *registers,
                                      unsigned n_registers));

#endif
