/* Judging a living process in a copy of itself: see apart.h
 *
 * The service stands still only while its threads are stopped and the kernel copies its page tables. The copy is made
 * by an errand (sys/errand.h), so that the program never sees a child, and does the rest on its own time: it takes its
 * own copy of the arena, judges, and sends that to who asked.
 *
 * The copy of the heap is that of one moment, the arena's is read while the service goes on. The fork has moved the
 * epoch on (block/inherited.h), so each slot tells whether it was written since. Those that were are no news: they are
 * read as if a block were there, since what it holds must not pass for lost, and left out of what is sent.
 */
#include "shim/leak/apart.h"

#include "bare/bits.h"
#include "shim/arena/arena.h"
#include "shim/block/inherited.h"
#include "shim/leak/judge.h"
#include "shim/self/birth.h"
#include "shim/self/life.h"
#include "shim/self/options.h"
#include "shim/self/thread.h"
#include "shim/sys/errand.h"
#include "shim/sys/syscall.h"

#include <linux/memfd.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE_SLOTS = WIRE_PAGE_BYTES / sizeof(wire_slot), PAGE_LARGE = WIRE_PAGE_BYTES / sizeof(struct wire_large) };

struct apart {
        struct arena view; /* as it was: the kernel wipes ours in the copy */
        uint64_t token;    /* names the socket of who asked */
        uintptr_t sp;
        uint32_t fork_epoch;
        bool copied;
};

/* Whole extents, but for those that are mostly holes, and the log's. */
static void extents_copy(unsigned char *to, const unsigned char *from, const struct wire_header *header)
{
        static const uint32_t element_bytes[WIRE_EXTENT_END] = {
#define X(id, size) [WIRE_EXTENT_##id] = (size),
                WIRE_EXTENTS(X)
#undef X
        };
        const uint32_t left_out = 1u << WIRE_EXTENT_PAST | 1u << WIRE_EXTENT_LARGE | 1u << WIRE_EXTENT_DIRECTORY |
                                  1u << WIRE_EXTENT_SLOTS | 1u << WIRE_EXTENT_LANES | 1u << WIRE_EXTENT_RINGS |
                                  1u << WIRE_EXTENT_LARGE_TOUCHED;
        for (unsigned i = 0; i < WIRE_EXTENT_END; i++) {
                const struct wire_range *range = &header->extents[i];
                uint64_t n = range->used < range->capacity ? range->used : range->capacity;
                if (!(left_out >> i & 1))
                        memcpy(to + range->off, from + range->off, n * element_bytes[i]);
        }
}

/* A page of slots. What was written since the fork is a block that may have been there: alive. */
static void slots_copy(wire_slot *to, const wire_slot *from, const struct wire_header *live, uint32_t fork_epoch)
{
        for (unsigned i = 0; i < PAGE_SLOTS; i++) {
                wire_slot slot = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
                if (wire_slot_released(slot) && inherited_slot_says(live, slot, fork_epoch) == SLOT_WAS_CHANGED)
                        slot &= ~(UINT64_C(1) << WIRE_SLOT_RELEASED_SHIFT);
                to[i] = slot;
        }
}

static bool large_was_changed(const struct wire_large *entry, const struct wire_header *header, uint32_t fork_epoch)
{
        wire_slot as_slot = wire_slot_make(1, 0, WIRE_FAMILY_MALLOC, 0, entry->epoch);
        return inherited_slot_says(header, as_slot, fork_epoch) == SLOT_WAS_CHANGED;
}

static void tables_copy(unsigned char *to, const unsigned char *from, const struct wire_header *header,
                        uint32_t fork_epoch)
{
        const struct wire_header *live = (const void *)from;
        const struct wire_range *extents = header->extents;
        const struct wire_leaf *leaves = (const void *)(to + extents[WIRE_EXTENT_LEAVES].off);
        uint32_t *directory = (void *)(to + extents[WIRE_EXTENT_DIRECTORY].off);
        uint64_t n_leaves = extents[WIRE_EXTENT_LEAVES].used;
        for (uint64_t leaf = 1; leaf < n_leaves && leaf < extents[WIRE_EXTENT_SLOTS].capacity; leaf++) {
                uint64_t at = leaves[leaf].base >> (header->granule_shift + 17);
                if (at < extents[WIRE_EXTENT_DIRECTORY].capacity)
                        directory[at] = (uint32_t)leaf;
                for (unsigned page = 0; page < WIRE_LEAF_PAGES; page++) {
                        uint64_t off = extents[WIRE_EXTENT_SLOTS].off +
                                       (leaf * WIRE_LEAF_SLOTS + page * (uint64_t)PAGE_SLOTS) * sizeof(wire_slot);
                        if (leaves[leaf].touched[page])
                                slots_copy((void *)(to + off), (const void *)(from + off), live, fork_epoch);
                }
        }
        const uint8_t *touched = from + extents[WIRE_EXTENT_LARGE_TOUCHED].off;
        for (uint64_t page = 0; page < extents[WIRE_EXTENT_LARGE_TOUCHED].capacity; page++) {
                if (!touched[page])
                        continue;
                to[extents[WIRE_EXTENT_LARGE_TOUCHED].off + page] = 1;
                struct wire_large *entries = (void *)(to + extents[WIRE_EXTENT_LARGE].off + page * WIRE_PAGE_BYTES);
                memcpy(entries, from + extents[WIRE_EXTENT_LARGE].off + page * WIRE_PAGE_BYTES, WIRE_PAGE_BYTES);
                for (unsigned i = 0; i < PAGE_LARGE; i++)
                        if (large_was_changed(&entries[i], live, fork_epoch))
                                entries[i].released = 0;
        }
}

/* In the copy of the process: an arena of its own in the place of the shared one. The descriptor, or negative. */
static int arena_copy(struct apart *apart)
{
        const unsigned char *from = apart->view.base;
        size_t bytes = apart->view.bytes;
        long memfd = sys_call(SYS_memfd_create, "unfreed-copy", MFD_CLOEXEC);
        if (sys_failed(memfd) || sys_failed(sys_call(SYS_ftruncate, memfd, bytes)))
                return -1;
        long at = sys_call(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memfd, 0);
        if (sys_failed(at))
                return -1;
        unsigned char *to = (unsigned char *)at;
        struct wire_header *header = (struct wire_header *)to;
        memcpy(header, from, sizeof *header);
        extents_copy(to, from, header);
        tables_copy(to, from, header, apart->fork_epoch);
        /* No earlier: what was copied has no later epoch. */
        header->epoch = __atomic_load_n(&((const struct wire_header *)from)->epoch, __ATOMIC_ACQUIRE);
        if (sys_failed(sys_call(SYS_mremap, at, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, from)))
                return -1;
        arena = apart->view;
        return (int)memfd;
}

/* Of what was written since the fork nothing is said. */
static void changed_leave_out(uint32_t fork_epoch)
{
        const struct wire_range *extents = arena.header->extents;
        for (uint64_t leaf = 1; leaf < extents[WIRE_EXTENT_LEAVES].used && leaf < extents[WIRE_EXTENT_SLOTS].capacity;
             leaf++)
                for (unsigned page = 0; page < WIRE_LEAF_PAGES; page++) {
                        wire_slot *slots = arena.slots + leaf * WIRE_LEAF_SLOTS + page * PAGE_SLOTS;
                        for (unsigned i = 0; arena.leaves[leaf].touched[page] && i < PAGE_SLOTS; i++)
                                if (inherited_slot_says(arena.header, slots[i], fork_epoch) == SLOT_WAS_CHANGED)
                                        slots[i] = 0;
                }
        for (uint64_t i = 0; i < arena.large_capacity; i++)
                if (arena.large_touched[i / PAGE_LARGE] && arena.large[i].address > 2 &&
                    large_was_changed(&arena.large[i], arena.header, fork_epoch))
                        arena.large[i].released = 1;
}

/* The copy of the process, which ends here. */
static void copy_main(struct apart *apart)
{
        int memfd = arena_copy(apart);
        if (memfd >= 0) {
                char address[32] = "@unfreed-copy-";
                size_t n = strlen(address);
                for (int shift = 60; shift >= 0; shift -= 4)
                        address[n++] = "0123456789abcdef"[apart->token >> shift & 15];
                judge_frozen_copy(apart->sp);
                changed_leave_out(apart->fork_epoch);
                birth_send_to(address, memfd, arena.bytes);
        }
        sys_call(SYS_exit_group, 0);
}

/* In the errand, which shares our memory: make the copy and go. */
static int copy_begin(void *context)
{
        struct apart *apart = context;
        long child = sys_call(SYS_clone, 0, NULL, NULL, NULL, NULL); /* without an exit signal, as fork otherwise */
        if (child == 0)
                copy_main(apart);
        apart->copied = !sys_failed(child);
        return 0;
}

static void copy_make(void *context)
{
        struct apart *apart = context;
        life_fork_begin();
        apart->fork_epoch = thread_self.fork_epoch;
        apart->view = arena;
        errand_run(copy_begin, apart);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
        struct thread *self = &thread_self;
        uint32_t user = (uint32_t)sys_call(SYS_getuid);
        (void)number;
        (void)context;
        if (info->si_code != SI_QUEUE || (info->si_uid != user && info->si_uid != 0) || !life_owner())
                return;
        struct apart apart = {.token = (uint64_t)(uintptr_t)info->si_value.sival_ptr, .sp = judge_own_sp()};
        thread_quiet_begin(self);
        judge_while_frozen(copy_make, &apart);
        thread_quiet_end(self);
}

static int listens;

void apart_listen(void) { arena.header->listens = (uint16_t)listens; }

void apart_init(void)
{
        int number = options.snapshot_signal;
        struct sigaction before, action = {.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
        if (number <= 0 || sigaction(number, NULL, &before) != 0 || before.sa_handler != SIG_DFL)
                return;
        action.sa_sigaction = on_signal;
        memset(&action.sa_mask, 0xff, sizeof action.sa_mask);
        if (sigaction(number, &action, NULL) == 0)
                listens = number;
}
