/* Life as one state machine
 *
 *      UNBORN --first call--> BIRTH --> ON --exit--> ENDED
 *                               |        `--fork, in the child--> UNBORN of a new image (the arena page was wiped)
 *                               `--> OFF   (no memory, no arena: everything passes through)
 *
 * Everything starts at the first call of any entry point: ld.so and other libraries' constructors allocate before
 * ours runs. Here is only the state; what is done at birth and at the end is in record/image.c.
 */
#ifndef UNFREED_SHIM_SELF_LIFE_H
#define UNFREED_SHIM_SELF_LIFE_H

#include <stdbool.h>
#include <stdint.h>

enum life_claim {
        LIFE_NO,            /* not recording: another thread gives birth, or it is over, or it could not be had */
        LIFE_ON,            /* recording */
        LIFE_BORN,          /* the caller must give birth now, then call life_settle() */
        LIFE_BORN_BY_FORK,  /* the same, in a fork child */
};

/* What a thread shall do that found `arena.base == NULL`. When another thread is giving birth it waits for that, since
 * what it allocates meanwhile would be lost to us; but not for longer than LIFE_PATIENCE_MS, since it may hold what that
 * other thread needs (a lock of ld.so). */
enum { LIFE_PATIENCE_MS = 100 };
enum life_claim life_claim(void);
void life_settle(bool on);

/* The process that claimed it last, from memory: also where that is asked in an errand for it. */
int32_t life_pid(void);

/* Which process image this is: 1, +1 in each fork child. */
uint32_t life_image(void);

/* Is this the process that owns the arena, and not a vfork child that runs in its memory? One getpid. */
bool life_owner(void);

/* True for the one caller that shall do what is done at the end. */
bool life_end_claim(void);
void life_ended(void);

/* Let what is born from now on carry another epoch than what lives already. *ret_before: header.epoch until now. Returns how
 * many were begun so; life_epochs() says the same at any time. Only where there is an arena. */
uint64_t life_epoch_begin(uint32_t *ret_before);
uint64_t life_epochs(void);

/* Around fork. A block's epoch says how many forks (and marks) came before its birth, so that a child knows what it
 * inherited. The child's end is called in the child. */
void life_fork_begin(void);
void life_fork_end_child(void);

/* A fork in a signal handler that interrupted one of our own functions: what that has in hand belongs to the parent's
 * arena, and when the handler returns it goes on in the child, where it must find memory and do the parent no harm. So
 * such a child gets an empty arena in the place of its parent's, and is not recorded until the handler is gone.
 * struct thread points to what is known of it during the fork. */
struct life_inside {
        uintptr_t sp;          /* where the signal came */
        uintptr_t signal_word; /* address of a word that stays as it is until the handler has returned */
};

/* Asked by who finds that nothing is recorded, with its own stack pointer: is this such a child, in the handler still?
 * life_inside_taken(): how many were told so, counted anew from then on. */
bool life_is_inside(uintptr_t sp);
uint64_t life_inside_taken(void);

/* In a fork child: its parent's header.epoch at the fork, or at one before that; 0 when that is not known. The same for all
 * threads, as long as the child lives. */
uint32_t life_fork_epoch(void);

#endif
