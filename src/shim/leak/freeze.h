/* Other threads, stopped: their registers, their stack pointers, where their storage is */
#ifndef UNFREED_SHIM_LEAK_FREEZE_H
#define UNFREED_SHIM_LEAK_FREEZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FROZEN_REGISTERS = 32 };

struct frozen {
        int32_t tid;    /* 0 = it died meanwhile */
        bool asked;     /* a signal is on its way to it, or has come */
        uint32_t still; /* it answered: the rest is known. Atomic, release by the thread itself */
        uintptr_t sp;
        uintptr_t storage; /* its thread pointer, the ABI's anchor of thread-local storage */
        uint32_t n_registers;
        uintptr_t registers[FROZEN_REGISTERS];
        /* The system call it waited in before it was stopped, as the kernel said; call < 0 = none, or not known. */
        int32_t call;
        uintptr_t call_first, call_sp, call_pc; /* its first argument; the registers */
};

/* When a process image begins, before the program can have made a thread: what others there are will be left alone. */
void freeze_init(bool fork_child);

/* Stop all other threads. `last`: the process is about to end or to become another image, so a call that the signal
 * interrupts is begun anew rather than failed with EINTR. Returns how many did not answer in time and still run (or
 * hold the signal blocked). At most one freeze at a time. */
size_t freeze_begin(bool last);

/* The threads seen, all but the caller; entries without `still` did not answer. Valid until freeze_end(). */
const struct frozen *freeze_threads(size_t *ret_n);

void freeze_end(void);

#endif
