/* The doors of loading: code comes and goes
 *
 * What is remembered about addresses must be forgotten when another library can stand there. dlopen looks its file up
 * relative to its caller (DT_RUNPATH, $ORIGIN, the caller's namespace: elf/dl-open.c), so our door does not call it: it
 * would be the caller. Its threshold jumps there, and a library that came shows itself when its first address is met.
 * After dlclose, which has no such trouble, we look.
 *
 * A library that is opened with RTLD_DEEPBIND must be looked at when it has come (rebind.h). So it is opened by us
 * where the caller makes no difference: the file is named by its path, and the caller has no DT_RPATH, which alone
 * would also hold for what the library needs.
 */
#include "shim/hooks/door.h"
#include "shim/hooks/pymem.h"
#include "shim/hooks/rebind.h"
#include "shim/hooks/threshold.h"
#include "shim/python/frames.h"

#include <string.h>

/* Then the library that comes, or came before, goes past us. */
bool dl_caller_matters(const char *file, const void *caller)
{
        bool matters = !next_begin() || !file || !strchr(file, '/') || strchr(file, '$') || rebind_may_have_rpath(caller);
        if (matters && file)
                record_bypassed(true);
        return matters;
}

void *dl_open_deeply(const char *file, int mode)
{
        unsigned n = rebind_count();
        void *library = next_dlopen(file, mode);
        if (library && n)
                rebind_since(n, library);
        return library;
}

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
