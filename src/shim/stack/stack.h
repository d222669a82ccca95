/* Where a block was born: one number for a whole stack */
#ifndef UNFREED_SHIM_STACK_H
#define UNFREED_SHIM_STACK_H

#include "shim/self/thread.h"

#include <stdbool.h>
#include <stdint.h>

/* A node of the trie in the arena (wire/node.h); 0 = no stack. */
struct stack_id {
        uint32_t n;
};

/* The registers with which a walk starts: those of the function that called the entry point, at its call.
 * `pc` return address into it, `sp` its stack pointer after the return, `fp` the frame-pointer register as it had it.
 */
struct stack_start {
        uintptr_t pc, sp, fp;
};

/* In an entry point compiled with a frame pointer: [fp] is the caller's, [fp + 8] the return address (x86-64 psABI
 * 3.2.2; AAPCS64 6.4.6 has the same record). On x86-64 that record is the top of the frame; on AArch64 it is wherever
 * the compiler put it, mostly at the bottom, and only the compiler knows how far above the caller's frame begins. A
 * macro, because it must be evaluated in the entry point itself. */
#if defined __x86_64__
#define STACK_CALLER_SP() ((uintptr_t)__builtin_frame_address(0) + 16)
#else
#define STACK_CALLER_SP() ((uintptr_t)__builtin_dwarf_cfa())
#endif
#define STACK_START_HERE()                                                                                             \
        ((struct stack_start){                                                                                         \
                .pc = (uintptr_t)__builtin_return_address(0),                                                          \
                .sp = STACK_CALLER_SP(),                                                                               \
                .fp = *(uintptr_t *)__builtin_frame_address(0),                                                        \
        })

/* `start` is in a handler that exit() runs. The stack pointer of the C library's function that called main, if it is what
 * called exit(); 0 = somebody else did. */
uintptr_t stack_sp_below_main(struct thread *self, const struct stack_start *start);

/* Is `start` in a signal handler that interrupted one of our own functions, or what it has called? The stack pointer
 * where that happened, and the address of a word that stays as it is until the handler has returned; 0 = no. */
uintptr_t stack_sp_interrupted(struct thread *self, const struct stack_start *start, uintptr_t *ret_signal_word);

/* Walk from `start` and intern: the id of the ALLOCATOR node `allocator_word` below the frames. Never fails hard: what
 * cannot be had is a shorter stack, at worst the ALLOCATOR node under the root; 0 only when the trie is full.
 * Async-signal-safe. Takes no lock, calls neither the allocator nor (but for the first sight of an address) ld.so. */
struct stack_id stack_capture(struct thread *self, const struct stack_start *start, uint64_t allocator_word);

/* The same of a release: may be a draft (draft.h), which is then to be told its block. */
struct stack_id stack_capture_draft(struct thread *self, const struct stack_start *start, uint64_t allocator_word);

/* The same in two steps, so that something can stand between the frames and the allocator node (Python frames). */
struct stack_id stack_walk(struct thread *self, const struct stack_start *start);
struct stack_id trie_child(struct stack_id parent, uint64_t word);

/* A library was loaded or unloaded: what is remembered about code may be wrong now. Called after dlclose and dlopen. */
void stack_modules_changed(void);

/* A list of FDEs is given to the unwinders by __register_frame(), or is about to be taken back. */
void stack_code_described(const void *table);
void stack_code_gone(const void *table);

/* Module index (wire/arena.h) of an address, registering it at first sight; 0 = none. Slow. */
uint32_t stack_module(uintptr_t address);

/* At birth: once per process image, before the first capture. `fork_child`: forget what refers to the parent's trie. */
void stack_init(bool fork_child);

/* The image ends: say on stderr what the self-check found, if it was wanted (check.h). */
void stack_end(void);

/* This thread is new to its place (which a dead one may have had before), or is a fork child's: forget its walks. */
void stack_thread_init(struct thread *self);

#endif
