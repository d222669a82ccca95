/* Which library an address belongs to
 *
 * The arena's list names every module that code on a recorded stack came from: path, build-id, where it was. A module
 * enters it when one of its addresses is first seen, and stays when it is unloaded, so that old stacks can be read.
 *
 * Our own table beside it knows in addition where the unwind tables are and which memory may be read. It is filled
 * from _dl_find_object(), which takes no lock and may be called from signal handlers; before glibc 2.35 from
 * dl_iterate_phdr(), which takes ld.so's lock for a moment, so it is asked seldom and never with a lock of ours held.
 *
 * An entry is written by one thread and then published by its `start`; entries are never freed or moved. Two threads
 * that meet a module at the same moment may enter it twice: both entries are right.
 *
 * A module that is on a stack stays where it is. But when a library was unloaded all known modules are looked at, and any
 * of them may go in that moment, in another thread. So nothing of a module is read but by copying what is there.
 *
 * The ELF header is taken from the start of the mapping, where linkers put it; without it the module has no segments,
 * hence no unwind rules and no build-id. The main program is different: the kernel mapped it, perhaps with gaps, and
 * then _dl_find_object() speaks of one segment at a time (elf/dl-find_object.c, l_contiguous). The kernel says in the
 * auxiliary vector where its program headers are.
 */
#include "shim/stack/module.h"

#include "bare/bits.h"
#include "shim/arena/arena.h"
#include "shim/self/next.h"
#include "shim/stack/stack.h"
#include "shim/sys/maps.h"
#include "shim/sys/pages.h"
#include "shim/sys/probe.h"
#include "shim/sys/syscall.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

enum { MODULES_MAX = 8192, PATH_BYTES = 4096 };

/* From glibc 2.35. Asked for by name, since even a weak reference would name a version that older ones lack. */
static __typeof(_dl_find_object) *find_object;

static _Atomic(struct module *) modules; /* MODULES_MAX of them, in pages of our own */
static _Atomic uint32_t n_modules;
static _Atomic uint32_t last_found; /* a hint */
static _Atomic uint32_t n_misses;

/* What ld.so says about an address. */
struct object {
        uintptr_t start, end, bias, unwind_header;
        const char *name; /* to be copied, not read */
        bool is_main;     /* the program, which has no name */
};

struct search {
        uintptr_t address;
        struct object *ret_object;
};

static int object_visit(struct dl_phdr_info *info, size_t bytes, void *context)
{
        struct search *search = context;
        struct object object = {
                .start = UINTPTR_MAX,
                .bias = info->dlpi_addr,
                .name = info->dlpi_name,
                .is_main = info->dlpi_name && !info->dlpi_name[0],
        };
        bool holds = false;
        for (unsigned i = 0; i < info->dlpi_phnum; ++i) {
                const ElfW(Phdr) *p = &info->dlpi_phdr[i];
                uintptr_t start = info->dlpi_addr + p->p_vaddr;
                if (p->p_type == PT_GNU_EH_FRAME)
                        object.unwind_header = start;
                if (p->p_type != PT_LOAD)
                        continue;
                uintptr_t end = start + p->p_memsz;
                start = align_down(start, WIRE_PAGE_BYTES);
                holds |= start <= search->address && search->address < end;
                object.start = start < object.start ? start : object.start;
                object.end = end > object.end ? end : object.end;
        }
        if (holds)
                *search->ret_object = object;
        return holds;
}

static bool object_find(uintptr_t address, struct object *ret_object)
{
        if (find_object) {
                struct dl_find_object found;
                struct link_map map;
                char first = 0;
                if (find_object((void *)address, &found) != 0 ||
                    !probe_read((uintptr_t)found.dlfo_link_map, &map, sizeof map) ||
                    (map.l_name && !probe_read((uintptr_t)map.l_name, &first, 1)))
                        return false;
                *ret_object = (struct object){
                        .start = (uintptr_t)found.dlfo_map_start,
                        .end = (uintptr_t)found.dlfo_map_end,
                        .bias = map.l_addr,
                        .unwind_header = (uintptr_t)found.dlfo_eh_frame,
                        .name = map.l_name,
                        .is_main = map.l_name && !first,
                };
                return true;
        }
        /* Generated code is asked for again and again in vain: after the first misses ask ever more seldom. */
        uint32_t n = atomic_load_explicit(&n_misses, memory_order_relaxed);
        if (n > 64 && (n & (n - 1)) != 0) {
                atomic_store_explicit(&n_misses, n + 1, memory_order_relaxed);
                return false;
        }
        struct search search = {address, ret_object};
        if (dl_iterate_phdr(object_visit, &search))
                return true;
        atomic_store_explicit(&n_misses, n + 1, memory_order_relaxed);
        return false;
}

/* The range's first and last page: what ld.so mapped it mapped whole. */
static bool range_mapped(uintptr_t start, size_t bytes)
{
        return bytes == 0 || (probe_readable(start, 1) && probe_readable(start + bytes - 1, 1));
}

/* Program headers of a mapped ELF file; 0 when they cannot be found. */
static unsigned elf_phdrs(const struct object *object, uintptr_t *ret_phdrs)
{
        if (object->is_main) {
                *ret_phdrs = getauxval(AT_PHDR);
                return *ret_phdrs && getauxval(AT_PHENT) == sizeof(ElfW(Phdr)) ? (unsigned)getauxval(AT_PHNUM) : 0;
        }
        ElfW(Ehdr) ehdr;
        if (object->end - object->start < sizeof ehdr || !probe_read(object->start, &ehdr, sizeof ehdr))
                return 0;
        if (memcmp(ehdr.e_ident, ELFMAG, SELFMAG) != 0 || ehdr.e_phentsize != sizeof(ElfW(Phdr)))
                return 0;
        size_t bytes = ehdr.e_phnum * sizeof(ElfW(Phdr));
        size_t room = object->end - object->start;
        if (ehdr.e_phoff > room || bytes > room - ehdr.e_phoff)
                return 0;
        *ret_phdrs = object->start + ehdr.e_phoff;
        return ehdr.e_phnum;
}

/* Program headers are copied so many at a time. */
struct phdrs {
        uintptr_t at;
        unsigned n, i; /* left, and the place of the next among those copied */
        ElfW(Phdr) copied[8];
};

static struct phdrs phdrs_begin(const struct object *object)
{
        struct phdrs phdrs;
        phdrs.n = elf_phdrs(object, &phdrs.at);
        phdrs.i = 0;
        return phdrs;
}

/* The next one; NULL = that was the last, or they are gone. */
static const ElfW(Phdr) *phdrs_next(struct phdrs *phdrs)
{
        enum { AT_A_TIME = sizeof phdrs->copied / sizeof phdrs->copied[0] };
        if (phdrs->n == 0)
                return NULL;
        if (phdrs->i % AT_A_TIME == 0) {
                size_t bytes = (phdrs->n < AT_A_TIME ? phdrs->n : AT_A_TIME) * sizeof phdrs->copied[0];
                if (!probe_read(phdrs->at, phdrs->copied, bytes))
                        return NULL;
                phdrs->at += bytes;
        }
        phdrs->n--;
        return &phdrs->copied[phdrs->i++ % AT_A_TIME];
}

/* The main program from its first to its last segment. */
static void object_complete(struct object *object)
{
        if (!object->is_main)
                return;
        struct phdrs phdrs = phdrs_begin(object);
        for (const ElfW(Phdr) *p; (p = phdrs_next(&phdrs));) {
                uintptr_t start = object->bias + p->p_vaddr, end = start + p->p_memsz;
                if (p->p_type != PT_LOAD || end < start)
                        continue;
                object->start = start < object->start ? align_down(start, WIRE_PAGE_BYTES) : object->start;
                object->end = end > object->end ? end : object->end;
        }
}

/* The GNU build-id among the notes of one segment: it stands among the first. */
static void build_id_find(uintptr_t at, size_t bytes, struct module *module)
{
        uint64_t notes[64];
        bytes = bytes < sizeof notes ? bytes : sizeof notes;
        const unsigned char *next = (const unsigned char *)notes;
        if (!probe_read(at, notes, bytes))
                return;
        while (bytes >= sizeof(ElfW(Nhdr))) {
                const ElfW(Nhdr) *note = (const void *)next;
                uint64_t name = align_up(note->n_namesz, 4), text = align_up(note->n_descsz, 4);
                uint64_t whole = sizeof *note + name + text;
                if (whole > bytes)
                        return;
                if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(note + 1, "GNU", 4) == 0) {
                        size_t n = note->n_descsz < WIRE_BUILD_ID_BYTES ? note->n_descsz : WIRE_BUILD_ID_BYTES;
                        memcpy(module->build_id, (const char *)(note + 1) + name, n);
                        module->n_build_id = (uint8_t)n;
                        return;
                }
                next += whole;
                bytes -= whole;
        }
}

/* One more readable segment; part of the one before where nothing lies between them. */
static void segment_add(struct module *module, unsigned *n, uintptr_t start, uintptr_t end)
{
        struct module_segment *last = *n ? &module->segments[*n - 1] : NULL;
        if (last && start >= last->end && align_down(start, WIRE_PAGE_BYTES) <= align_up(last->end, WIRE_PAGE_BYTES))
                last->end = end;
        else if (*n < MODULE_SEGMENTS)
                module->segments[(*n)++] = (struct module_segment){start, end};
}

static void module_read_elf(const struct object *object, struct module *module)
{
        struct phdrs phdrs = phdrs_begin(object);
        unsigned n_segments = 0;
        for (const ElfW(Phdr) *p; (p = phdrs_next(&phdrs));) {
                uintptr_t start = object->bias + p->p_vaddr;
                size_t bytes = p->p_filesz;
                if (!(p->p_flags & PF_R) || start < object->start || start > object->end || bytes > object->end - start)
                        continue;
                if (p->p_type == PT_LOAD && range_mapped(start, bytes))
                        segment_add(module, &n_segments, start, start + bytes);
                if (p->p_type == PT_NOTE && module->n_build_id == 0)
                        build_id_find(start, bytes, module);
        }
}

/* A string of the program's, cut to `bytes` - 1; empty where it cannot be read. */
static void text_copy(const char *from, char *ret, size_t bytes)
{
        enum { PIECE = 64 };
        memset(ret, 0, bytes);
        for (size_t at = 0, n; from && at < bytes - 1; at += n) {
                size_t to_page = WIRE_PAGE_BYTES - (uintptr_t)(from + at) % WIRE_PAGE_BYTES;
                n = bytes - 1 - at < PIECE ? bytes - 1 - at : PIECE;
                n = n < to_page ? n : to_page;
                if (!probe_read((uintptr_t)from + at, ret + at, n))
                        memset(ret, 0, bytes);
                if (memchr(ret + at, 0, n))
                        return;
        }
}

struct path_search {
        uintptr_t address;
        char *path;
};

static bool path_visit(const struct map *map, void *context)
{
        struct path_search *search = context;
        if (search->address < map->start || search->address >= map->end)
                return true;
        strncpy(search->path, map->path, PATH_BYTES - 1);
        return false;
}

/* ld.so knows the main program by no name, and others by what was given to dlopen(): perhaps relative. */
static void path_find(const struct object *object, char path[PATH_BYTES])
{
        text_copy(object->name, path, PATH_BYTES);
        if (path[0] == '/')
                return;
        if (strncmp(path, "linux-vdso", 10) == 0) {
                strcpy(path, "[vdso]");
                return;
        }
        char name[sizeof((struct module *)0)->path] = "";
        strncpy(name, path, sizeof name - 1);
        memset(path, 0, PATH_BYTES);
        /* Who runs the loader as a program (AT_BASE 0) gets the loader's path there, and its functions are no program's. */
        if (!name[0] && getauxval(AT_BASE)) {
                if (!sys_failed(sys_call(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", path, PATH_BYTES - 1)))
                        return;
                memset(path, 0, PATH_BYTES);
        }
        struct path_search search = {object->start, path};
        maps_each(path_visit, &search);
        const char *known = name;
        if (!path[0] && !name[0]) /* no /proc: as execve() was told */
                known = (const char *)getauxval(AT_EXECFN);
        if (!path[0] && known)
                strncpy(path, known, PATH_BYTES - 1);
}

static struct wire_module *module_enter(struct module *module, const char *path)
{
        uint64_t index = arena_take(WIRE_EXTENT_MODULES, 1, WIRE_DROP_MODULES);
        if (index == 0 || index > WIRE_TAG_MODULE_MAX)
                return NULL;
        struct wire_module *wire = &arena.modules[index];
        wire->end = module->end;
        wire->bias = module->bias;
        wire->path = arena_text(path);
        wire->build_id_bytes = module->n_build_id;
        memcpy(wire->build_id, module->build_id, WIRE_BUILD_ID_BYTES);
        module->index = (uint16_t)index;
        __atomic_store_n(&wire->start, module->start, __ATOMIC_RELEASE);
        return wire;
}

static struct module *modules_table(void)
{
        struct module *table = atomic_load_explicit(&modules, memory_order_acquire);
        if (table)
                return table;
        struct module *fresh = pages_take(MODULES_MAX * sizeof *fresh);
        if (!fresh)
                return NULL;
        if (atomic_compare_exchange_strong(&modules, &table, fresh))
                return fresh;
        pages_give(fresh, MODULES_MAX * sizeof *fresh);
        return table;
}

struct module_segment module_loader;

void module_init(void)
{
        find_object = (__typeof(find_object))next_find("_dl_find_object");
        struct object loader;
        /* Which function is ld.so's own: _dl_find_object() itself is libc's. */
        uintptr_t inside = (uintptr_t)next_find("__tls_get_addr");
        if (find_object && inside && object_find(inside, &loader))
                module_loader = (struct module_segment){loader.start, loader.end};
}

static bool module_holds(const struct module *module, uintptr_t address)
{
        uintptr_t start = __atomic_load_n(&module->start, __ATOMIC_ACQUIRE);
        if (start == 0 || address < start || address >= module->end)
                return false;
        for (unsigned i = 0; module->has_gaps; ++i)
                if (i == MODULE_SEGMENTS)
                        return false;
                else if (module->segments[i].start <= address && address < module->segments[i].end)
                        return true;
        return true;
}

static const struct module *module_known(const struct module *table, uintptr_t address)
{
        uint32_t n = atomic_load_explicit(&n_modules, memory_order_acquire);
        uint32_t hint = atomic_load_explicit(&last_found, memory_order_relaxed);
        if (hint < n && hint < MODULES_MAX && module_holds(&table[hint], address))
                return &table[hint];
        for (uint32_t i = n < MODULES_MAX ? n : MODULES_MAX; i-- > 0;)
                if (module_holds(&table[i], address)) {
                        atomic_store_explicit(&last_found, i, memory_order_relaxed);
                        return &table[i];
                }
        return NULL;
}

/* A page of our own for a path: the stack we run on may be small. */
static const struct module *module_register(struct module *table, const struct object *object)
{
        if (atomic_load_explicit(&n_modules, memory_order_relaxed) >= MODULES_MAX)
                return NULL;
        char *path = pages_take(PATH_BYTES);
        if (!path)
                return NULL;
        path_find(object, path);
        uint32_t i = atomic_fetch_add_explicit(&n_modules, 1, memory_order_acq_rel);
        struct module *module = i < MODULES_MAX ? &table[i] : NULL;
        if (module) {
                module->end = object->end;
                module->bias = object->bias;
                module->unwind_header = object->unwind_header;
                module_read_elf(object, module);
                /* More segments than we can hold: better to claim what lies between than to disown code. */
                module->has_gaps = object->is_main && module->segments[MODULE_SEGMENTS - 1].start == 0;
                strncpy(module->path, path, sizeof module->path - 1);
                module->start = 0;
                struct module entered = *module;
                entered.start = object->start;
                module_enter(&entered, path);
                module->index = entered.index;
                __atomic_store_n(&module->start, object->start, __ATOMIC_RELEASE);
        }
        pages_give(path, PATH_BYTES);
        return module;
}

const struct module *module_find(uintptr_t address)
{
        struct module *table = modules_table();
        if (!table)
                return NULL;
        const struct module *module = module_known(table, address);
        if (module)
                return module;
        struct object object;
        if (!object_find(address, &object) || object.end <= object.start)
                return NULL;
        object_complete(&object);
        return module_register(table, &object);
}

static bool module_still_there(const struct module *module)
{
        struct object object;
        if (!object_find(module->start, &object))
                return false;
        if (object.is_main) /* it stays */
                return true;
        if (object.start != module->start || object.end != module->end || object.bias != module->bias ||
            object.unwind_header != module->unwind_header)
                return false;
        /* The same place may hold another file by now; what was built from the same sources is the same code. */
        struct module now = {0};
        module_read_elf(&object, &now);
        if (now.n_build_id != module->n_build_id || memcmp(now.build_id, module->build_id, WIRE_BUILD_ID_BYTES) != 0)
                return false;
        text_copy(object.name, now.path, sizeof now.path);
        if (now.n_build_id != 0 || now.path[0] != '/')
                return true;
        return strcmp(now.path, module->path) == 0;
}

static bool object_is_there(uintptr_t address)
{
        struct dl_find_object found;
        struct object object;
        return find_object ? find_object((void *)address, &found) == 0 : object_find(address, &object);
}

bool module_any_gone(void)
{
        const struct module *table = atomic_load_explicit(&modules, memory_order_acquire);
        uint32_t n = atomic_load_explicit(&n_modules, memory_order_acquire);
        for (uint32_t i = 0; table && i < n && i < MODULES_MAX; ++i) {
                uintptr_t start = __atomic_load_n(&table[i].start, __ATOMIC_ACQUIRE);
                if (start != 0 && !object_is_there(start))
                        return true;
        }
        return false;
}

bool module_sweep(void (*gone)(uintptr_t start, uintptr_t end))
{
        struct module *table = atomic_load_explicit(&modules, memory_order_acquire);
        uint32_t n = atomic_load_explicit(&n_modules, memory_order_acquire);
        bool any = false;
        for (uint32_t i = 0; table && i < n && i < MODULES_MAX; ++i) {
                uintptr_t start = __atomic_load_n(&table[i].start, __ATOMIC_ACQUIRE);
                if (start == 0 || module_still_there(&table[i]))
                        continue;
                __atomic_store_n(&table[i].start, 0, __ATOMIC_RELEASE);
                gone(start, table[i].end);
                any = true;
        }
        return any;
}

bool module_inherit(void)
{
        struct module *table = atomic_load_explicit(&modules, memory_order_acquire);
        uint32_t n = atomic_load_explicit(&n_modules, memory_order_acquire);
        bool same = true;
        for (uint32_t i = 0; table && i < n && i < MODULES_MAX; ++i) {
                uint16_t index = table[i].index;
                if (index == 0)
                        continue;
                table[i].index = 0;
                module_enter(&table[i], table[i].path);
                same &= table[i].index == index;
        }
        return same;
}

uint32_t stack_module(uintptr_t address)
{
        const struct module *module = module_find(address);
        return module ? module->index : 0;
}
