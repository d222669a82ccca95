/* Lost Python objects, by their types */
#ifndef UNFREED_SHIM_LEAK_OBJECTS_H
#define UNFREED_SHIM_LEAK_OBJECTS_H

/* Everything is marked, others stand still, what mark_readable() says still holds. Of what is lost: say of which types it
 * is, in rows of kind TYPE beside those of holder.h (while they are being written); and call what is immortal the
 * interpreter's, since nobody is meant to release it. */
void objects_look(void);

#endif
