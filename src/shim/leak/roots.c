/* Where pointers count without anyone pointing to them
 *
 * Every writable mapping is a root but for
 *
 *      our own memory        pages/, the arena, our library's variables
 *      blocks                they count when somebody points to them
 *      the rest of heap      free memory is full of pointers from better days: pieces that ever held blocks; all of
 *                            brk's heap; the 64 MiB windows that glibc's other arenas fill from the front
 *                            (malloc/arena.c, HEAP_MAX_SIZE)
 *      stale stack           below the stack pointer, and of dead threads (stacks.c)
 *      untouched pages       resident.c
 *      records of allocators kept.c
 *
 * With sampling most blocks are not known, and any of them may hold one that is: then all heap is a root, and what is
 * lost through lost blocks, or has left a pointer in free memory, seems held. What is called lost is.
 *
 * In a fork child the blocks of its parent count too (gaps.c): into them it may have put its own. And memory that it
 * has not written since the fork counts only for what stood there before it.
 */
#include "shim/leak/roots.h"

#include "bare/bits.h"
#include "bare/number.h"
#include "shim/block/inherited.h"
#include "shim/leak/declared.h"
#include "shim/leak/gaps.h"
#include "shim/leak/kept.h"
#include "shim/leak/mark.h"
#include "shim/leak/resident.h"
#include "shim/leak/shape.h"
#include "shim/leak/stacks.h"
#include "shim/self/early.h"
#include "shim/self/options.h"
#include "shim/sys/library.h"
#include "shim/sys/maps.h"
#include "shim/sys/pages.h"
#include "shim/sys/probe.h"
#include "shim/sys/syscall.h"

#include <fcntl.h>
#include <string.h>

enum {
        OF_FILE = 1,
        SHARED = 2,
        WRITABLE = 4,
        READABLE = 8,
        EXECUTABLE = 16,
        BRK_HEAP = 32,
        FIRST_STACK = 64,
        LIBC = 128,
        AFTER_GUARD = 256, /* nothing below it may be accessed */
        OF_MODULE = 512,   /* variables of a program or library, those without initial values included */
        PROTECTED = 1024,  /* no longer WRITABLE; it counts as that, since the program may have written it before */

        N_PLACES = 65536, /* vm.max_map_count is about that by default */
        COPY_WORDS = 512,
        HEAP_WINDOW = 64 << 20,
        PROTECTED_FILE_MOST = 64 << 20, /* what is larger is data that is mapped to be read, and no module's variables */
};

struct place {
        uintptr_t start, end;
        uint32_t flags;
};

/* All of it in one piece of pages of our own. */
struct memory {
        struct place places[N_PLACES];
        struct sort_pair readable[N_PLACES], code[N_PLACES], files[N_PLACES];
        uintptr_t copy[COPY_WORDS];
};

static struct memory *memory;
static size_t n_places, n_readable, n_code, n_files;
static uintptr_t own_start, own_end; /* our library, when we are one */
static bool inherited;               /* a fork child */
static bool forked_never;            /* nor was it forked itself: then a page it shares is as it was at the fork */
static size_t missing;

static bool is_libc(const char *path)
{
        const char *name = strrchr(path, '/');
        return name && (strncmp(name, "/libc.so", 8) == 0 || strncmp(name, "/libc-", 6) == 0);
}

static bool is_device(const char *path)
{
        return strncmp(path, "/dev/", 5) == 0 && strncmp(path, "/dev/zero", 9) != 0 &&
               strncmp(path, "/dev/shm/", 9) != 0;
}

/* May its pages hold what the program has written, though it may not write there now? Not so in a file that is shared:
 * that is as it was on disk. */
static bool is_protected(const struct map *map)
{
        if (!map->readable || map->writable)
                return false;
        if (map->shared)
                return strncmp(map->path, "/memfd:", 7) == 0 || strncmp(map->path, "/dev/zero", 9) == 0;
        return !map->inode || (!map->executable && map->end - map->start <= PROTECTED_FILE_MOST);
}

static uint32_t flags_of(const struct map *map)
{
        uint32_t flags = (map->readable ? READABLE : 0) | (map->writable ? WRITABLE : 0) |
                         (map->executable ? EXECUTABLE : 0) | (map->shared ? SHARED : 0) | (map->inode ? OF_FILE : 0) |
                         (is_protected(map) ? WRITABLE | PROTECTED : 0);
        if (strcmp(map->path, "[heap]") == 0)
                return flags | BRK_HEAP;
        if (strcmp(map->path, "[stack]") == 0)
                return flags | FIRST_STACK;
        /* The kernel's own pages, and what may be a device: never read. */
        if ((map->path[0] == '[' && strncmp(map->path, "[anon", 5) != 0) || is_device(map->path))
                return flags & ~(READABLE | WRITABLE);
        if (map->inode && !map->shared)
                flags |= OF_MODULE | (is_libc(map->path) ? LIBC : 0);
        return flags;
}

static void range_add(struct sort_pair *ranges, size_t *n, uintptr_t start, uintptr_t end)
{
        if (*n && ranges[*n - 1].value == start)
                ranges[*n - 1].value = end;
        else
                ranges[(*n)++] = (struct sort_pair){start, end};
}

/* Where brk's heap begins: field 47 of proc(5)'s stat; 0 = not known. Without address randomization it begins where the
 * program's variables end, in one mapping with them. */
static uintptr_t brk_start_in(const char *path)
{
        char text[1024];
        long fd = sys_call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        if (sys_failed(fd))
                return 0;
        long n = sys_call(SYS_read, fd, text, sizeof text - 1);
        sys_call(SYS_close, fd);
        text[n > 0 ? n : 0] = 0;
        const char *at = strrchr(text, ')'); /* the name before it may hold anything */
        for (int field = 2; at && *at && field < 47; field++)
                at = strchr(at + 1, ' ');
        if (at == NULL || *at != ' ')
                return 0;
        at++;
        return number_parse(&at);
}

/* The first thread has no memory any more when it left by pthread_exit(). */
static uintptr_t brk_start(void)
{
        uintptr_t start = brk_start_in("/proc/self/stat");
        return start ? start : brk_start_in("/proc/thread-self/stat");
}

static void place_take(uintptr_t start, uintptr_t end, uint32_t flags)
{
        if (n_places < N_PLACES)
                memory->places[n_places++] = (struct place){start, end, flags};
}

static bool place_add(const struct map *map, void *context)
{
        const uintptr_t *brk = context;
        static uintptr_t last_end;
        static uint32_t last_flags;
        if (n_places == 0)
                last_end = 0;
        bool adjoins = last_end == map->start;
        uint32_t flags = flags_of(map);
        if (adjoins && !(last_flags & (READABLE | WRITABLE | EXECUTABLE)))
                flags |= AFTER_GUARD;
        /* Variables without initial values follow those with them, in anonymous memory; the guard of a thread's stack
         * may follow them too, and ends them. */
        if (adjoins && last_flags & OF_MODULE && flags & READABLE && !(flags & (OF_FILE | SHARED | BRK_HEAP)))
                flags |= last_flags & (OF_MODULE | LIBC);
        if (flags & READABLE)
                range_add(memory->readable, &n_readable, map->start, map->end);
        if (flags & EXECUTABLE)
                range_add(memory->code, &n_code, map->start, map->end);
        if ((flags & (READABLE | OF_FILE | SHARED)) == (READABLE | OF_FILE))
                range_add(memory->files, &n_files, map->start, map->end);
        if (flags & BRK_HEAP && adjoins && map->start < *brk && *brk <= map->end) {
                place_take(map->start, *brk, (flags & ~BRK_HEAP) | (last_flags & (OF_MODULE | LIBC)));
                place_take(*brk, map->end, flags);
        } else {
                place_take(map->start, map->end, flags);
        }
        last_end = map->end;
        last_flags = flags;
        return n_places < N_PLACES;
}

enum wire_unjudged roots_begin(uint64_t until_ns)
{
        n_places = n_readable = n_code = n_files = 0;
        memory = pages_take(sizeof *memory);
        if (memory == NULL)
                return WIRE_UNJUDGED_MEMORY;
        library_range(&own_start, &own_end);
        uintptr_t brk = brk_start();
        if (!maps_each(place_add, &brk) || n_places == 0) {
                pages_give(memory, sizeof *memory);
                memory = NULL;
                return WIRE_UNJUDGED_MAPS;
        }
        mark_set_readable(memory->readable, n_readable);
        shape_set_mapped(&(struct shape_ranges){memory->code, n_code}, &(struct shape_ranges){memory->files, n_files});
        resident_begin(until_ns);
        return WIRE_UNJUDGED_NONE;
}

void roots_end(void)
{
        resident_end();
        gaps_end();
        kept_end();
        pages_give(memory, sizeof *memory);
        memory = NULL;
}

/* Is this page free memory of the allocator, or blocks, rather than something a program made itself? `window_from`:
 * where a window may begin, at the earliest; IN_FILE = among variables from a file, where no heap is. Those without
 * initial values are in anonymous memory, which the kernel joins with mapped heap that follows it. */
#define IN_FILE UINTPTR_MAX
#define NO_WINDOW (UINTPTR_MAX - 1)
static bool is_heap(uintptr_t page, uintptr_t window_from)
{
        if (options.sample || kept_any_unseen())
                return false;
        uintptr_t window = align_down(page, HEAP_WINDOW);
        /* Of the piece that ever held blocks this page may still not be: a library's variables lie beside mapped heap.
         */
        bool is_window = window >= window_from && table_ever_held(window);
        return is_window || (table_ever_held(page) && table_page_held(page)) || table_page_reached(page, kept_is_for_good());
}

static uintptr_t own_end_at(uintptr_t address)
{
        if (own_start <= address && address < own_end)
                return own_end;
        return pages_own_end((const void *)address);
}

/* A place whose pages are being read: the source of its words, where a window of heap may begin in it. */
struct reading {
        const struct mark_source *source;
        uintptr_t window_from;
        bool is_brk;
};

static bool is_inherited_heap(uintptr_t page, const struct reading *reading)
{
        uintptr_t window = align_down(page, HEAP_WINDOW);
        /* With sampling the parent's table tells of a few blocks only. */
        return inherited && !options.sample &&
               gaps_are_in(page, window >= reading->window_from ? window : 0, reading->is_brk);
}

/* A piece within one page. Free chunks of inherited heap are linked as those of libc's own variables are. */
static void piece_read(uintptr_t start, uintptr_t end, bool is_gap, const struct reading *reading)
{
        struct mark_source source = *reading->source;
        source.is_inherited = forked_never && !options.sample && resident_is_shared(start);
        source.is_allocators |= is_gap;
        if (is_gap)
                gaps_read(start, end, &source);
        else
                mark_range(start, end, &source);
}

/* Root memory, without what is ours and without heap. */
static void pieces_read(uintptr_t start, uintptr_t end, const struct reading *reading)
{
        uintptr_t run = 0; /* 0 = none */
        if (mark_has_all())
                return;
        for (uintptr_t at = start; at < end;) {
                uintptr_t next = align_down(at, WIRE_PAGE_BYTES) + WIRE_PAGE_BYTES;
                uintptr_t large, large_end, until = end;
                next = next < end ? next : end;
                bool is_root = false, is_gap = false;
                bool any_large = mark_large_at(at, &large, &large_end);
                if (any_large && large <= at) {
                        next = large_end < end ? large_end : end;
                } else if (reading->window_from != IN_FILE && !options.sample && kept_holds(at, &until)) {
                        next = until < end ? until : end;
                } else if (!own_end_at(at)) {
                        next = until < next ? until : next;
                        is_gap = reading->window_from != IN_FILE &&
                                 (is_heap(at, reading->window_from) || is_inherited_heap(at, reading));
                        is_root = !is_gap;
                        next = any_large && large < next ? large : next;
                }
                if (inherited && (is_root || is_gap))
                        piece_read(at, next, is_gap, reading);
                else if (is_root && run == 0)
                        run = at;
                if (!is_root && run) {
                        mark_range(run, at, reading->source);
                        run = 0;
                }
                at = next;
        }
        if (run)
                mark_range(run, end, reading->source);
}

static void run_read(uintptr_t start, uintptr_t end, void *context) { pieces_read(start, end, context); }

static void run_copy(uintptr_t start, uintptr_t end, void *context)
{
        for (uintptr_t at = start; at < end; at += sizeof memory->copy) {
                size_t bytes = end - at < sizeof memory->copy ? end - at : sizeof memory->copy;
                if (!own_end_at(at) && probe_read(at, memory->copy, bytes))
                        mark_copy(memory->copy, bytes / sizeof(uintptr_t), at, context);
        }
}

/* Without the kernel's page map nothing is known of single pages: what may fail is then read by copying. */
static void range_read(uintptr_t start, uintptr_t end, uint32_t flags, struct mark_source *source)
{
        enum resident_what what = flags & OF_FILE ? RESIDENT_WRITTEN : RESIDENT_ANY;
        bool is_unknown = flags & OF_FILE && !resident_known();
        if (flags & SHARED)
                resident_each(start, end, RESIDENT_ANY, run_copy, source);
        else if (is_unknown && flags & PROTECTED)
                return; /* most of those were never written, and are large */
        else if (is_unknown)
                run_copy(start, end, source);
        else
                resident_each(start, end, what, run_read,
                              &(struct reading){source,
                                                flags & OF_FILE     ? IN_FILE
                                                : flags & OF_MODULE ? NO_WINDOW
                                                                    : start,
                                                flags & BRK_HEAP});
}

/* brk's heap is heap, unless the program moves the break itself and the allocator never did. */
static bool is_brk_of_program(const struct place *place)
{
        uintptr_t start, end;
        for (uintptr_t at = place->start; at < place->end; at += WIRE_PAGE_BYTES)
                if (table_ever_held(at) || (inherited && inherited_ever_held(at)))
                        return false;
        return !mark_large_at(place->start, &start, &end) || start >= place->end;
}

/* The vector of a thread's dynamic TLS is a block whose second element is what the thread points to (elf/dl-tls.c,
 * INSTALL_DTV), so that no pointer to its start exists. */
static void vector_read(int32_t tid, uintptr_t storage)
{
#if defined __x86_64__
        uintptr_t at = storage + sizeof(uintptr_t);
#else
        uintptr_t at = storage;
#endif
        struct mark_source source = {.kind = WIRE_HOLDER_TLS, .tid = tid};
        uintptr_t vector;
        if (storage && probe_read(at, &vector, sizeof vector) && vector)
                mark_word(vector - 2 * sizeof(uintptr_t), at, &source);
}

static void stack_read(const struct stacks_part *part, uint32_t flags)
{
        struct mark_source source = {.kind = WIRE_HOLDER_STACK, .tid = part->tid};
        uintptr_t alive = missing ? part->start : part->alive;
        range_read(alive, part->end, flags, &source);
        vector_read(part->tid, part->storage); /* a dead thread's is kept with its stack, for the next one */
}

static void place_read(const struct place *place)
{
        struct mark_source source = {.kind = WIRE_HOLDER_MAPPING};
        bool is_first = place->flags & FIRST_STACK;
        struct stacks_part part = {0};
        if (!(place->flags & (OF_FILE | SHARED | BRK_HEAP)))
                part = stacks_find(place->start, place->end, place->flags & AFTER_GUARD, is_first);
        if (part.start < part.end)
                stack_read(&part, place->flags);
        uintptr_t start = part.start < part.end ? part.end : place->start;
        /* The arena is a mapping of tens of gigabytes: its pages are not even asked for. */
        for (uintptr_t own; start < place->end && (own = own_end_at(start)) != 0;)
                start = own;
        if (start < place->end)
                range_read(start, place->end, place->flags, &source);
}

static void declared_read(uintptr_t start, uintptr_t end, void *context)
{
        struct mark_source source = {.kind = WIRE_HOLDER_ROOT};
        size_t i = sort_find(memory->readable, n_readable, start);
        if (i < n_readable && end <= memory->readable[i].value)
                mark_range(start, end, &source);
        else
                run_copy(start, end, &source);
}

static void early_read(uintptr_t start, uintptr_t end, void *context)
{
        struct mark_source source = {.kind = WIRE_HOLDER_MAPPING};
        mark_range(start, end, &source);
}

static void unseen_read(uintptr_t start, uintptr_t end, void *context)
{
        struct mark_source source = {.kind = WIRE_HOLDER_MAPPING};
        run_copy(start, end, &source);
}

static void thread_read(int32_t tid, uintptr_t storage, const uintptr_t *registers, unsigned n_registers)
{
        struct mark_source source = {.kind = WIRE_HOLDER_REGISTER, .tid = tid};
        for (unsigned i = 0; i < n_registers; i++)
                mark_word(registers[i], 0, &source);
        vector_read(tid, storage);
}

static void places_read(uint32_t mask, uint32_t flags, void (*read)(const struct place *place))
{
        for (size_t i = 0; i < n_places && !mark_has_all(); i++) {
                const struct place *place = &memory->places[i];
                if ((place->flags & mask) == flags)
                        read(place);
        }
}

static void module_read(const struct place *place)
{
        struct mark_source source = {.kind = WIRE_HOLDER_MODULE, .is_allocators = place->flags & LIBC};
        range_read(place->start, place->end, place->flags, &source);
}

static void brk_read(const struct place *place)
{
        struct place brk = *place;
        if (options.sample || is_brk_of_program(place))
                brk.flags &= ~(uint32_t)BRK_HEAP;
        if (inherited || !(brk.flags & BRK_HEAP))
                place_read(&brk);
}

void roots_read(const struct roots *roots)
{
        inherited = roots->inherited;
        forked_never = inherited && arena.header->epoch == 1;
        if (inherited)
                gaps_begin();
        missing = roots->missing;
        stacks_begin(roots->sp);
        kept_begin();
        const uint32_t ready = READABLE | WRITABLE;
        places_read(ready | OF_MODULE | SHARED, ready | OF_MODULE, module_read);
        stacks_each_thread(thread_read);
        declared_roots_each(declared_read, NULL);
        early_each(early_read, NULL);
        declared_unseen_each(unseen_read, NULL);
        places_read(ready | OF_MODULE | BRK_HEAP, ready, place_read);
        places_read(ready | BRK_HEAP, ready | BRK_HEAP, brk_read);
}
