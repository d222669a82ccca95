/* The functions behind ours */
#include "shim/self/next.h"

#include "shim/self/glibc.h"

#include <link.h>
#include <string.h>

#define X(result, name, parameters) result(*next_##name) parameters;
NEXT_FUNCTIONS(X)
#undef X
pid_t (*next__Fork)(void);
void *(*next_dlmopen)(long, const char *, int);
int (*next_execveat)(int, const char *, char *const[], char *const[], int);

/* 0 not begun, 1 busy, 2 done */
unsigned next_state;

bool next_find_all(void)
{
        unsigned unbegun = 0;
        if (!__atomic_compare_exchange_n(&next_state, &unbegun, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
                return unbegun == 2;
#define X(result, name, parameters) next_##name = (result(*) parameters)dlsym(RTLD_NEXT, #name);
        NEXT_FUNCTIONS(X)
#undef X
        next__Fork = (pid_t(*)(void))dlsym(RTLD_NEXT, "_Fork");
        next_dlmopen = (void *(*)(long, const char *, int))dlsym(RTLD_NEXT, "dlmopen");
        next_execveat = (int (*)(int, const char *, char *const[], char *const[], int))dlsym(RTLD_NEXT, "execveat");
        __atomic_store_n(&next_state, 2, __ATOMIC_RELEASE);
        return true;
}

void *next_find(const char *name) { return dlsym(RTLD_NEXT, name); }

/* Where a program that is not position-independent uses a function as a pointer, that function's address is an entry of the
 * program's own procedure linkage table, for everybody: an undefined symbol that has a value. It leads to whoever would
 * be called. */
static bool leads_further(const ElfW(Sym) *symbol) { return symbol && symbol->st_shndx == SHN_UNDEF; }

bool next_comes_to_ours(const char *name)
{
        Dl_info first, own;
        const ElfW(Sym) *symbol = NULL;
        void *function = dlsym(RTLD_DEFAULT, name);
        return !function || function == dlsym(RTLD_NEXT, name) ||
               !dladdr1(function, &first, (void **)&symbol, RTLD_DL_SYMENT) || leads_further(symbol) ||
               !dladdr(&next_state, &own) || first.dli_fbase == own.dli_fbase;
}

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
