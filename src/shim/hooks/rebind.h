/* Libraries that were opened with RTLD_DEEPBIND come to us too
 *
 * Such a library looks into its own dependencies first, so that it finds libc's malloc() and not ours. PHP opens each
 * of its extensions like that. What it made we would not see, and what it releases of the program's would look lost.
 */
#ifndef UNFREED_SHIM_HOOKS_REBIND_H
#define UNFREED_SHIM_HOOKS_REBIND_H

#include <stdbool.h>

/* Has the object of this code a DT_RPATH? True also where no object is known to have the code. */
bool rebind_may_have_rpath(const void *code);

/* How many objects are loaded: those that come later have higher numbers. */
unsigned rebind_count(void);

/* The objects from number `first` on came with `library`, opened deeply: wherever one of them was bound to what stands
 * behind a door of ours, it is bound to the door now. So is the library itself if it was there: another thread may have
 * opened it just now. What the program would be told by dlerror() is as before. */
void rebind_since(unsigned first, void *library);

#endif
