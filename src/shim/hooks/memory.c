/* The door of all memory at once */
#include "shim/hooks/door.h"
#include "shim/self/pin.h"

#include <sys/mman.h>

DOOR int mlockall(int flags)
{
        next_begin();
        return pin_all(flags);
}
