/* The capture arena, seen from inside
 *
 * The file is as large as its extents could ever grow, and sparse: a page exists when it is touched. Under a small
 * RLIMIT_AS all extents shrink together until it fits, and so they do under a small RLIMIT_FSIZE that nobody can lift
 * for us. ftruncate past that would raise SIGXFSZ, so the limits are read first.
 *
 * What this process's limits refuse, an errand may do: its child has limits and descriptors of its own, so that the
 * program's are never touched, and what it maps is mapped here.
 */
#include "shim/arena/arena.h"

#include "bare/bits.h"
#include "shim/sys/errand.h"
#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"

#include <errno.h>
#include <linux/memfd.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* In a page of its own, which is the unit of MADV_WIPEONFORK, and in .bss, since only anonymous memory can be wiped. */
struct arena arena;

/* Not wiped: the arena that this process made last, or, in a fork child, the one of its parent. */
static const struct wire_header *made, *inherited;
static bool made_is_stand_in;

const struct wire_header *arena_inherited(void) { return inherited; }

static const size_t element_bytes[WIRE_EXTENT_END] = {
#define X(id, size) [WIRE_EXTENT_##id] = (size),
        WIRE_EXTENTS(X)
#undef X
};

/* Elements at full size (scale 0). Rows that must be powers of two are. The directory is not scaled: it must cover
 * 47 bits of address, 512 MiB of address space at a granule of 8 bytes, of which a few pages are ever touched. */
static const uint64_t full_capacity[WIRE_EXTENT_END] = {
        [WIRE_EXTENT_TEXT] = 64 << 20,  [WIRE_EXTENT_MODULES] = 1 << 15,   [WIRE_EXTENT_THREADS] = 1 << 15,
        [WIRE_EXTENT_WRONGS] = 1 << 12, [WIRE_EXTENT_HOLDERS] = 1 << 16,   [WIRE_EXTENT_CODES] = 1 << 20,
        [WIRE_EXTENT_PAST] = 1 << 16,   [WIRE_EXTENT_LARGE] = 1 << 22,     [WIRE_EXTENT_LARGE_TOUCHED] = 1 << 15,
        [WIRE_EXTENT_LEAVES] = 1 << 16, [WIRE_EXTENT_DIRECTORY] = 1 << 27, [WIRE_EXTENT_NODES] = WIRE_SLOT_NODES_END,
        [WIRE_EXTENT_SLOTS] = 1 << 16,  [WIRE_EXTENT_LANES] = 1 << 15,     [WIRE_EXTENT_RINGS] = 1 << 15,
};
enum { SCALE_MAX = 14, DIRECTORY_BITS = 47 };

static uint64_t capacity_of(enum wire_extent extent, unsigned scale, unsigned leaf_shift)
{
        if (extent == WIRE_EXTENT_DIRECTORY)
                return UINT64_C(1) << (DIRECTORY_BITS - leaf_shift);
        uint64_t n = full_capacity[extent] >> scale;
        /* A page of the large table for each byte of its map; else at least a few of everything. */
        uint64_t least = extent == WIRE_EXTENT_LARGE                                   ? 8192
                         : extent == WIRE_EXTENT_SLOTS || extent == WIRE_EXTENT_LEAVES ? 24
                         : extent == WIRE_EXTENT_RINGS                                 ? 4
                                                                                       : 64;
        return n < least ? least : n;
}

/* Fill `ranges`; returns the size of the whole. */
static uint64_t layout(struct wire_range *ret_ranges, unsigned scale, unsigned leaf_shift)
{
        uint64_t off = align_up(sizeof(struct wire_header), WIRE_PAGE_BYTES);
        for (unsigned i = 0; i < WIRE_EXTENT_END; i++) {
                uint64_t capacity = capacity_of(i, scale, leaf_shift);
                ret_ranges[i] = (struct wire_range){.off = off, .capacity = capacity, .used = 1};
                off += align_up(capacity * element_bytes[i], WIRE_PAGE_BYTES);
        }
        return off;
}

static bool is_whole(const struct wire_header *header)
{
        const uint64_t least = UINT64_C(1) << 35;
        return header && header->arena_bytes >= least;
}

unsigned arena_shares(void) { return (unsigned)is_whole(made) + is_whole(inherited); }

enum { LEAF_SHIFT_LEAST = 20, LIMIT_UNIT = 1024, SHARE_MARK = 677, OTHER_MEMORY = 1 << 28 };

uint64_t arena_share(void)
{
        struct wire_range ranges[WIRE_EXTENT_END];
        return layout(ranges, 0, LEAF_SHIFT_LEAST) + OTHER_MEMORY + SHARE_MARK; /* the directory is largest so */
}

unsigned arena_shares_in(uint64_t limit)
{
        for (unsigned n = 1; limit != UINT64_MAX && n <= 2; n++)
                if (limit % LIMIT_UNIT == n * SHARE_MARK % LIMIT_UNIT && limit > n * arena_share())
                        return n;
        return 0;
}

static uint64_t limit_of(int resource)
{
        struct rlimit limit;
        if (sys_failed(sys_call(SYS_prlimit64, 0, resource, NULL, &limit)))
                return UINT64_MAX;
        return limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
}

/* How much of the address space the arena may take. */
static uint64_t space_limit_of(void)
{
        unsigned wanted = made ? 2 : 1; /* in a fork child that is its parent's */
        uint64_t soft = limit_of(RLIMIT_AS);
        unsigned there = arena_shares_in(soft);
        if (soft == UINT64_MAX)
                return soft;
        if (there == 0) /* not the program's own idea: it shall have half, since it must not fail because of us */
                return soft / 2;
        struct rlimit limit;
        sys_call(SYS_prlimit64, 0, RLIMIT_AS, NULL, &limit);
        limit.rlim_cur = soft - there * arena_share() + wanted * arena_share();
        bool done = there == wanted || !sys_failed(sys_call(SYS_prlimit64, 0, RLIMIT_AS, &limit, NULL));
        return done ? arena_share() - OTHER_MEMORY : soft / 4;
}

/* In an errand's child: what a program may do may be more than it does. */
static void limit_lift(int resource)
{
        struct rlimit limit;
        if (sys_failed(sys_call(SYS_prlimit64, 0, resource, NULL, &limit)))
                return;
        limit.rlim_cur = limit.rlim_max;
        sys_call(SYS_prlimit64, 0, resource, &limit, NULL);
}

struct growth {
        int memfd;
        uint64_t bytes;
};

static int growth_errand(void *context)
{
        const struct growth *growth = context;
        limit_lift(RLIMIT_FSIZE);
        return growth->bytes > limit_of(RLIMIT_FSIZE) ||
               sys_failed(sys_call(SYS_ftruncate, growth->memfd, growth->bytes));
}

/* A mapped arena of the largest scale that the kernel gives, or NULL. */
static unsigned char *arena_map(int memfd, struct wire_range *ret_ranges, unsigned leaf_shift,
                                const struct arena_helper *helper, uint64_t *ret_bytes)
{
        uint64_t file_limit = limit_of(RLIMIT_FSIZE);
        uint64_t space_limit = space_limit_of();
        bool asked = false;
        for (unsigned scale = 0; scale <= SCALE_MAX; scale++) {
                uint64_t bytes = layout(ret_ranges, scale, leaf_shift);
                if (bytes > space_limit)
                        continue;
                struct growth growth = {memfd, bytes};
                if (bytes > file_limit && !asked &&
                    (errand_run(growth_errand, &growth) == 0 || (helper->grow && helper->grow(memfd, bytes))))
                        file_limit = bytes; /* it is so large, and may be made smaller */
                asked = asked || bytes > file_limit;
                if (bytes > file_limit)
                        continue;
                if (sys_failed(sys_call(SYS_ftruncate, memfd, bytes)))
                        continue;
                long at = pages_is_refused() ? -ENOMEM : pages_map(bytes, MAP_SHARED | MAP_NORESERVE, memfd);
                if (sys_failed(at))
                        continue;
                sys_call(SYS_madvise, at, bytes, MADV_DONTDUMP);
                *ret_bytes = bytes;
                return (unsigned char *)at;
        }
        return NULL;
}

void arena_epoch_set(uint32_t epoch)
{
        arena.epoch = wire_epoch(epoch);
        arena.epoch_bits = (wire_slot)arena.epoch << WIRE_SLOT_EPOCH_SHIFT;
        arena.epoch_gone = arena.epoch_bits | UINT64_C(1) << WIRE_SLOT_RELEASED_SHIFT;
}

static void view_open(unsigned char *base, struct wire_header *header)
{
        struct wire_range *e = header->extents;
        arena.header = header;
        arena.directory = (uint32_t *)(base + e[WIRE_EXTENT_DIRECTORY].off);
        arena.slots = (wire_slot *)(base + e[WIRE_EXTENT_SLOTS].off);
        arena.leaves = (struct wire_leaf *)(base + e[WIRE_EXTENT_LEAVES].off);
        arena.past = (struct wire_past *)(base + e[WIRE_EXTENT_PAST].off);
        arena.large = (struct wire_large *)(base + e[WIRE_EXTENT_LARGE].off);
        arena.large_touched = (uint8_t *)(base + e[WIRE_EXTENT_LARGE_TOUCHED].off);
        arena.nodes = (struct wire_node *)(base + e[WIRE_EXTENT_NODES].off);
        arena.modules = (struct wire_module *)(base + e[WIRE_EXTENT_MODULES].off);
        arena.threads = (struct wire_thread *)(base + e[WIRE_EXTENT_THREADS].off);
        arena.directory_capacity = e[WIRE_EXTENT_DIRECTORY].capacity;
        arena.large_capacity = e[WIRE_EXTENT_LARGE].capacity;
        arena.past_mask = e[WIRE_EXTENT_PAST].capacity - 1;
        arena.nodes_capacity = (uint32_t)e[WIRE_EXTENT_NODES].capacity;
        arena.granule_shift = header->granule_shift;
        arena.leaf_shift = header->granule_shift + 17;
        arena_epoch_set(header->epoch);
        arena.bytes = header->arena_bytes;
        __atomic_store_n(&arena.base, base, __ATOMIC_RELEASE);
}

void arena_limit_past(uint64_t n)
{
        struct wire_range *past = &arena.header->extents[WIRE_EXTENT_PAST];
        if (n < past->capacity)
                past->capacity = n;
        arena.past_mask = past->capacity - 1;
}

/* A grandparent's arena is of no more use: without this a chain of forks would fill the address space. */
static void inherited_give(void)
{
        uint64_t bytes = inherited->arena_bytes;
        pages_disclaim(inherited);
        sys_call(SYS_munmap, inherited, bytes);
        inherited = NULL;
}

static bool arena_begin(int memfd, unsigned granule_shift, const struct arena_helper *helper)
{
        if (inherited)
                inherited_give();
        struct wire_range ranges[WIRE_EXTENT_END];
        uint64_t bytes;
        unsigned char *base = arena_map(memfd, ranges, granule_shift + 17, helper, &bytes);
        if (base == NULL)
                return false;
        /* Best effort: where the kernel (< 4.14) cannot, the interposed fork resets the view. */
        sys_call(SYS_madvise, &arena, WIRE_PAGE_BYTES, MADV_WIPEONFORK);
        pages_claim(base, bytes);

        struct wire_header *header = (struct wire_header *)base;
        memcpy(header->extents, ranges, sizeof ranges);
        header->version = WIRE_VERSION;
        header->header_bytes = sizeof *header;
        header->arena_bytes = bytes;
        header->granule_shift = (uint16_t)granule_shift;
        header->epoch = 1;
        memcpy(header->magic, WIRE_MAGIC, sizeof header->magic);
        helper->send(memfd, bytes);
        inherited = made;
        made = header;
        made_is_stand_in = false;
        view_open(base, header);
        return true;
}

struct beginning {
        unsigned granule_shift;
        const struct arena_helper *helper;
};

static long beginning_run(const struct beginning *beginning)
{
        long memfd = sys_call(SYS_memfd_create, "unfreed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (sys_failed(memfd))
                return memfd;
        bool begun = arena_begin((int)memfd, beginning->granule_shift, beginning->helper);
        sys_call(SYS_close, memfd);
        return begun ? 0 : -ENOMEM;
}

/* Numbers for the memfd and for the socket by which it is sent. */
static int beginning_errand(void *context)
{
        limit_lift(RLIMIT_NOFILE);
        sys_call(SYS_close, 0);
        sys_call(SYS_close, 1);
        return beginning_run(context) == 0 ? 0 : 1;
}

bool arena_init(unsigned granule_shift, const struct arena_helper *helper)
{
        struct beginning beginning = {granule_shift, helper};
        long result = beginning_run(&beginning);
        return result == 0 || (result == -EMFILE && errand_run(beginning_errand, &beginning) == 0);
}

/* The same extents with nothing in them. It says that it is a fork child's, so that nobody takes it for all that was
 * inherited. */
static struct wire_header stand_in_header(void)
{
        struct wire_header header = {.version = WIRE_VERSION,
                                     .header_bytes = sizeof header,
                                     .arena_bytes = made->arena_bytes,
                                     .granule_shift = made->granule_shift,
                                     .epoch = made->epoch,
                                     .is_fork_child = true};
        memcpy(header.extents, made->extents, sizeof header.extents);
        for (unsigned i = 0; i < WIRE_EXTENT_END; i++)
                header.extents[i].used = 1;
        return header;
}

/* Mapped as the parent's was, so that what the kernel gave once it gives again. */
static bool stand_in_map(void)
{
        struct wire_header header = stand_in_header();
        if (header.arena_bytes > limit_of(RLIMIT_FSIZE))
                return false;
        long memfd = sys_call(SYS_memfd_create, "unfreed", MFD_CLOEXEC);
        if (sys_failed(memfd))
                return false;
        long at = sys_call(SYS_ftruncate, memfd, header.arena_bytes);
        if (!sys_failed(at))
                at = sys_call(SYS_mmap, made, header.arena_bytes, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_NORESERVE | MAP_FIXED, memfd, 0);
        sys_call(SYS_close, memfd);
        if (sys_failed(at))
                return false;
        sys_call(SYS_madvise, at, header.arena_bytes, MADV_DONTDUMP);
        *(struct wire_header *)at = header;
        return true;
}

bool arena_stand_in(void)
{
        if (made == NULL || (!made_is_stand_in && !stand_in_map()))
                return false;
        made_is_stand_in = true;
        view_open((unsigned char *)(uintptr_t)made, (struct wire_header *)(uintptr_t)made);
        arena_stop();
        return true;
}

void arena_stop(void)
{
        __atomic_store_n(&arena.base, NULL, __ATOMIC_RELEASE);
        __atomic_store_n(&arena.stamp_birth, 0, __ATOMIC_RELEASE);
        __atomic_store_n(&arena.stamp_release, 0, __ATOMIC_RELEASE);
        __atomic_store_n(&arena.sampled, NULL, __ATOMIC_RELEASE);
        __atomic_store_n(&arena.sample_mask, 0, __ATOMIC_RELEASE);
        __atomic_store_n(&arena.own_bytes, 0, __ATOMIC_RELEASE);
        __atomic_store_n(&arena.own_object_bytes, 0, __ATOMIC_RELEASE);
}

uint64_t arena_take(enum wire_extent extent, uint64_t n, enum wire_drop drop)
{
        struct wire_range *range = &arena.header->extents[extent];
        /* Look before adding, so that a full extent's `used` does not run away. */
        if (__atomic_load_n(&range->used, __ATOMIC_RELAXED) + n <= range->capacity) {
                uint64_t index = __atomic_fetch_add(&range->used, n, __ATOMIC_RELAXED);
                if (index + n <= range->capacity)
                        return index;
        }
        arena_drop(drop);
        return 0;
}

void *arena_element(enum wire_extent extent, uint64_t index, size_t bytes)
{
        return (unsigned char *)arena.header + arena.header->extents[extent].off + index * bytes;
}

uint32_t arena_text_bytes(const void *bytes, size_t n)
{
        if (n == 0)
                return 0;
        uint64_t off = arena_take(WIRE_EXTENT_TEXT, n + 1, WIRE_DROP_TEXT);
        if (off)
                memcpy(arena_element(WIRE_EXTENT_TEXT, off, 1), bytes, n);
        return (uint32_t)off;
}

uint32_t arena_text(const char *text) { return text ? arena_text_bytes(text, strlen(text)) : 0; }

void arena_drop(enum wire_drop drop) { __atomic_fetch_add(&arena.header->dropped[drop], 1, __ATOMIC_RELAXED); }
