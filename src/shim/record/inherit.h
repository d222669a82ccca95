/* Blocks that a fork child inherited */
#ifndef UNFREED_SHIM_RECORD_INHERIT_H
#define UNFREED_SHIM_RECORD_INHERIT_H

#include "shim/record/wrong.h"

/* A fork child releases an address that its own table does not know. True when that was settled here, with what is to
 * be done in *ret_act. */
bool inherit_release(struct thread *self, const struct wrong *wrong, enum record_act *ret_act);

#endif
