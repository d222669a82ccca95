/* The functions behind ours */
#include "shim/self/next.h"

#include "bare/bits.h"
#include "shim/self/glibc.h"

#include <link.h>
#include <stdatomic.h>
#include <string.h>

#define X(result, name, parameters) result(*next_##name) parameters;
NEXT_FUNCTIONS(X)
#undef X
pid_t (*next__Fork)(void);
void *(*next_dlmopen)(long, const char *, int);

/* 0 not begun, 1 busy, 2 done */
static _Atomic unsigned state;

bool next_begin(void)
{
        unsigned now = atomic_load_explicit(&state, memory_order_acquire);
        if (likely(now == 2))
                return true;
        if (now == 1 || !atomic_compare_exchange_strong(&state, &now, 1))
                return false;
#define X(result, name, parameters) next_##name = (result(*) parameters)dlsym(RTLD_NEXT, #name);
        NEXT_FUNCTIONS(X)
#undef X
        next__Fork = (pid_t(*)(void))dlsym(RTLD_NEXT, "_Fork");
        next_dlmopen = (void *(*)(long, const char *, int))dlsym(RTLD_NEXT, "dlmopen");
        atomic_store_explicit(&state, 2, memory_order_release);
        return true;
}

void *next_find(const char *name) { return dlsym(RTLD_NEXT, name); }

const char *next_allocator(bool *ret_is_libc)
{
        /* dladdr takes ld.so's lock and allocates nothing (glibc elf/dl-addr.c). */
        Dl_info malloc_info, libc_info;
        *ret_is_libc = false;
        if (!dladdr((void *)next_malloc, &malloc_info))
                return "";
        /* gnu_get_libc_version is in no other object than the C library. */
        void *libc_function = dlsym(RTLD_NEXT, "gnu_get_libc_version");
        *ret_is_libc = libc_function && dladdr(libc_function, &libc_info) && libc_info.dli_fbase == malloc_info.dli_fbase;
        return malloc_info.dli_fname;
}
