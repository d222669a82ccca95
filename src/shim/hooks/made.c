/* The doors of code that the program makes while it runs
 *
 * An unwinder learns how to walk such code from __register_frame(), and so do we. Just these two: LLVM and what is built
 * on it call them. Others by which libgcc can be told (__register_frame_info() and its like) are called weakly by the
 * start-up code of old compilers, which would find ours where there is none.
 */
#include "shim/hooks/door.h"
#include "shim/self/glibc.h"

typedef void frame_function(void *table);

DOOR frame_function __register_frame, __deregister_frame;

/* The function that the caller would have called without us. Mostly the next one in symbol scope; but libgcc may have
 * come with a library that was loaded apart from the rest, the caller or one that needs it. */
static frame_function *next_for(const char *name, const void *caller)
{
        frame_function *next = next_begin() ? (frame_function *)next_find(name) : NULL;
        Dl_info info;
        if (next || !dladdr(caller, &info) || !info.dli_fname)
                return next;
        void *library = next_dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
        if (!library)
                return NULL;
        next = (frame_function *)dlsym(library, name);
        next_dlclose(library);
        return next;
}

void __register_frame(void *table)
{
        frame_function *next = next_for("__register_frame", __builtin_return_address(0));
        if (next)
                next(table);
        stack_code_described(table);
}

void __deregister_frame(void *table)
{
        frame_function *next = next_for("__deregister_frame", __builtin_return_address(0));
        stack_code_gone(table);
        if (next)
                next(table);
}
