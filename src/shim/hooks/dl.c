/* The doors of loading: code comes and goes
 *
 * What is remembered about addresses must be forgotten when another library can stand there. dlopen looks its file up
 * relative to its caller (DT_RUNPATH, $ORIGIN, the caller's namespace: elf/dl-open.c), so our door may not call it: it
 * would be the caller. It is not a door at all; a library that came shows itself when its first address is met. After
 * dlclose, which has no such trouble, we look.
 */
#include "shim/hooks/door.h"
#include "shim/hooks/pymem.h"
#include "shim/python/frames.h"

DOOR int dlclose(void *handle)
{
        next_begin();
        frames_pause();
        int result = next_dlclose(handle);
        stack_modules_changed();
        pymem_unloaded();
        frames_resume();
        return result;
}
