/* Libraries that were opened with RTLD_DEEPBIND come to us too
 *
 * The linker left a list of the places where such a library keeps addresses of other libraries' functions (relocations
 * with a symbol). A place that holds the function behind one of our doors gets the door. Nothing else is touched: not a
 * place that leads elsewhere, an allocator of the library's own say, which is how the program wanted it.
 *
 * A place that is bound at the first call (RTLD_LAZY) still leads into the library itself. It gets the door where that
 * first call would come to the function behind it. Places that are read-only by now (RELRO) are made writable for a
 * moment; nobody writes there.
 */
#include "shim/hooks/rebind.h"

#include "shim/hooks/door.h"
#include "shim/self/glibc.h"
#include "shim/self/thread.h"
#include "shim/sys/dynamic.h"
#include "shim/sys/syscall.h"

#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

/* The doors of exports.map, but for Python's: an extension finds these by itself, in the interpreter. */
#define DOORS(X)                                                                                                       \
        X(malloc) X(calloc) X(realloc) X(reallocarray) X(free) X(cfree) X(free_sized) X(free_aligned_sized)            \
        X(posix_memalign) X(aligned_alloc) X(memalign) X(valloc) X(pvalloc) X(malloc_usable_size)                      \
        X(_Znwm) X(_ZnwmRKSt9nothrow_t) X(_ZnwmSt11align_val_t) X(_ZnwmSt11align_val_tRKSt9nothrow_t)                  \
        X(_Znam) X(_ZnamRKSt9nothrow_t) X(_ZnamSt11align_val_t) X(_ZnamSt11align_val_tRKSt9nothrow_t)                  \
        X(_ZdlPv) X(_ZdlPvRKSt9nothrow_t) X(_ZdlPvm) X(_ZdlPvSt11align_val_t)                                          \
        X(_ZdlPvSt11align_val_tRKSt9nothrow_t) X(_ZdlPvmSt11align_val_t)                                               \
        X(_ZdaPv) X(_ZdaPvRKSt9nothrow_t) X(_ZdaPvm) X(_ZdaPvSt11align_val_t)                                          \
        X(_ZdaPvSt11align_val_tRKSt9nothrow_t) X(_ZdaPvmSt11align_val_t)                                               \
        X(exit) X(quick_exit) X(_exit) X(_Exit) X(fork) X(_Fork) X(daemon)                                             \
        X(execve) X(execv) X(execvp) X(execvpe) X(fexecve) X(execveat) X(execl) X(execlp) X(execle) X(posix_spawn)     \
        X(posix_spawnp) X(system) X(popen) X(wordexp) X(prctl) X(syscall) X(unshare) X(setns) X(mlockall) X(getrlimit) \
        X(getrlimit64) X(setrlimit) X(setrlimit64) X(prlimit) X(prlimit64) X(dlopen) X(dlclose) X(setlocale)           \
        X(__register_frame) X(__deregister_frame)

#define X(name) extern const char ours_##name[] __asm__(#name);
DOORS(X)
#undef X

static const struct {
        const char *name, *ours;
} exported[] = {
#define X(name) {#name, ours_##name},
        DOORS(X)
#undef X
};
enum { N_DOORS = sizeof exported / sizeof exported[0] };

struct door {
        const char *name;
        uintptr_t ours, behind;
        bool is_found; /* by the library itself: a first call would come to what is behind */
};

struct rebinding {
        unsigned first, n;                /* objects before `first` are older, and done, but for the library itself */
        const ElfW(Dyn) *library_dynamic; /* tells the library itself from what came with it */
        struct door doors[N_DOORS];       /* behind which there is something */
        unsigned n_doors;
};

static int object_count(struct dl_phdr_info *info, size_t bytes, void *n)
{
        ++*(unsigned *)n;
        return 0;
}

unsigned rebind_count(void)
{
        unsigned n = 0;
        dl_iterate_phdr(object_count, &n);
        return n;
}

/* What is asked of a loaded object. */
struct object {
        uintptr_t bias, start, end, relro, relro_end;
        const ElfW(Dyn) *dynamic;
        const ElfW(Sym) *symbols;
        const char *names;
};

static struct object object_of(const struct dl_phdr_info *info)
{
        struct object object = {.bias = info->dlpi_addr, .start = UINTPTR_MAX, .dynamic = dynamic_of(info)};
        for (unsigned i = 0; i < info->dlpi_phnum; i++) {
                const ElfW(Phdr) *p = &info->dlpi_phdr[i];
                uintptr_t start = info->dlpi_addr + p->p_vaddr, end = start + p->p_memsz;
                if (p->p_type == PT_GNU_RELRO) {
                        object.relro = align_down(start, WIRE_PAGE_BYTES);
                        object.relro_end = align_down(end, WIRE_PAGE_BYTES);
                }
                if (p->p_type == PT_LOAD) {
                        object.start = start < object.start ? start : object.start;
                        object.end = end > object.end ? end : object.end;
                }
        }
        return object;
}

/* An entry of its dynamic section; NULL = it has none of that kind. */
static const ElfW(Dyn) *entry_of(const struct object *object, ElfW(Sxword) tag)
{
        for (const ElfW(Dyn) *d = object->dynamic; d && d->d_tag != DT_NULL; d++)
                if (d->d_tag == tag)
                        return d;
        return NULL;
}

/* Its value, and its address; 0 = there is none. */
static uintptr_t value_of(const struct object *object, ElfW(Sxword) tag)
{
        const ElfW(Dyn) *entry = entry_of(object, tag);
        return entry ? entry->d_un.d_val : 0;
}

static uintptr_t address_of(const struct object *object, ElfW(Sxword) tag)
{
        const ElfW(Dyn) *entry = entry_of(object, tag);
        return entry ? dynamic_address(entry, object->bias) : 0;
}

struct rpath_search {
        uintptr_t code;
        bool found, has_rpath;
};

static int rpath_visit(struct dl_phdr_info *info, size_t bytes, void *context)
{
        struct rpath_search *search = context;
        struct object object = object_of(info);
        if (search->code < object.start || search->code >= object.end)
                return 0;
        search->found = true;
        search->has_rpath = value_of(&object, DT_RPATH) != 0;
        return 1;
}

bool rebind_may_have_rpath(const void *code)
{
        struct rpath_search search = {.code = (uintptr_t)code};
        dl_iterate_phdr(rpath_visit, &search);
        return search.has_rpath || !search.found;
}

/* What the place must lead to, 0 = it stays as it is. */
static uintptr_t door_for(const struct rebinding *rebinding, const struct object *object, const ElfW(Sym) *symbol,
                          uintptr_t value, bool may_be_lazy)
{
        const char *name = object->names + symbol->st_name;
        const struct door *door = rebinding->doors, *end = door + rebinding->n_doors;
        while (door < end && strcmp(name, door->name) != 0)
                door++;
        if (door == end)
                return 0;
        bool is_lazy = may_be_lazy && symbol->st_shndx == SHN_UNDEF && value >= object->start && value < object->end;
        return (is_lazy ? door->is_found : value == door->behind) ? door->ours : 0;
}

static void place_write(const struct object *object, uintptr_t *place, uintptr_t value)
{
        uintptr_t page = align_down((uintptr_t)place, WIRE_PAGE_BYTES);
        bool is_relro = page >= object->relro && page < object->relro_end;
        if (is_relro && sys_failed(sys_call(SYS_mprotect, page, WIRE_PAGE_BYTES, PROT_READ | PROT_WRITE)))
                return;
        __atomic_store_n(place, value, __ATOMIC_RELEASE);
        if (is_relro)
                sys_call(SYS_mprotect, page, WIRE_PAGE_BYTES, PROT_READ);
}

#if defined __x86_64__
enum { RELOCATION_SLOT = R_X86_64_JUMP_SLOT, RELOCATION_GLOBAL = R_X86_64_GLOB_DAT, RELOCATION_WORD = R_X86_64_64 };
#else
enum { RELOCATION_SLOT = R_AARCH64_JUMP_SLOT, RELOCATION_GLOBAL = R_AARCH64_GLOB_DAT, RELOCATION_WORD = R_AARCH64_ABS64 };
#endif

static void relocations_visit(const struct rebinding *rebinding, const struct object *object, uintptr_t at, size_t bytes)
{
        const ElfW(Rela) *r = (const ElfW(Rela) *)at;
        bool is_library = object->dynamic == rebinding->library_dynamic;
        for (size_t i = 0; at && i < bytes / sizeof *r; i++) {
                unsigned type = (unsigned)ELF64_R_TYPE(r[i].r_info);
                if ((type != RELOCATION_SLOT && type != RELOCATION_GLOBAL && type != RELOCATION_WORD) ||
                    r[i].r_addend != 0)
                        continue;
                uintptr_t *place = (uintptr_t *)(object->bias + r[i].r_offset);
                const ElfW(Sym) *symbol = &object->symbols[ELF64_R_SYM(r[i].r_info)];
                uintptr_t door = door_for(rebinding, object, symbol, *place, is_library && type == RELOCATION_SLOT);
                if (door)
                        place_write(object, place, door);
        }
}

static int object_rebind(struct dl_phdr_info *info, size_t bytes, void *context)
{
        struct rebinding *rebinding = context;
        struct object object = object_of(info);
        if (rebinding->n++ < rebinding->first && object.dynamic != rebinding->library_dynamic)
                return 0;
        object.symbols = (const ElfW(Sym) *)address_of(&object, DT_SYMTAB);
        object.names = (const char *)address_of(&object, DT_STRTAB);
        if (!object.symbols || !object.names)
                return 0;
        relocations_visit(rebinding, &object, address_of(&object, DT_RELA), value_of(&object, DT_RELASZ));
        relocations_visit(rebinding, &object, address_of(&object, DT_JMPREL), value_of(&object, DT_PLTRELSZ));
        return 0;
}

void rebind_since(unsigned first, void *library)
{
        struct thread *self = &thread_self;
        int error = errno;
        /* glibc's handle is what dlinfo(RTLD_DI_LINKMAP) would say (dlfcn/dlinfo.c). */
        const struct link_map *map = library;
        struct rebinding rebinding = {.first = first, .library_dynamic = map->l_ld};
        thread_nest_begin(self); /* dlsym() may allocate: an error text */
        /* All that is asked of ld.so is asked here: below, one of its locks is held already. */
        for (unsigned i = 0; i < N_DOORS; i++) {
                void *behind = next_find(exported[i].name);
                if (behind)
                        rebinding.doors[rebinding.n_doors++] = (struct door){
                                .name = exported[i].name,
                                .ours = (uintptr_t)exported[i].ours,
                                .behind = (uintptr_t)behind,
                                .is_found = dlsym(library, exported[i].name) == behind,
                        };
        }
        dl_iterate_phdr(object_rebind, &rebinding);
        /* What was not found is an error that dlerror() would tell; it is forgotten with the next that is. */
        next_find("malloc");
        thread_nest_end(self);
        if (rebinding.n > first) /* their constructors have run */
                record_bypassed(false);
        errno = error;
}
