/* Blocks that a fork child inherited */
#ifndef UNFREED_SHIM_RECORD_INHERIT_H
#define UNFREED_SHIM_RECORD_INHERIT_H

#include "shim/record/wrong.h"

/* A fork child releases (or resizes) an address that its own table does not know. True when it is known to have been
 * inherited: then *ret_act and *ret_owner say what to do, as record_release() does. */
bool inherit_release(struct thread *self, const struct wrong *wrong, enum wire_family *ret_owner, enum record_act *ret_act);

/* The birth of an inherited block, as a node of our own trie; 0 = not known. */
uint32_t inherit_birth(struct thread *self, uintptr_t start);

#endif
