/* The Python frames of this thread */
#ifndef UNFREED_SHIM_PYTHON_FRAMES_H
#define UNFREED_SHIM_PYTHON_FRAMES_H

#include "shim/stack/stack.h"

/* The node of the Python frames that are current in this thread, 0 = none can be had. Takes no reference and calls
 * nothing of Python but the two getters of the thread state. Not reentrant: a signal handler that comes here while
 * its thread is here gets 0. */
struct stack_id frames_current(struct thread *self);

/* While a library is being unloaded, it may be the interpreter's: then none are had, in any thread. */
void frames_pause(void);
void frames_resume(void);

/* Why frames are not recorded, in words; NULL = they are, or nobody asked yet. */
const char *frames_why_off(void);

/* A new process image: what was remembered speaks of another arena. Called while there is one thread. */
void frames_forget(void);

#endif
