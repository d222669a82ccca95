/* Wrong releases: which, and what to do with the block
 *
 * A wrong release is filed once for each site (kind, birth, release); more of the same only count. The file is in the
 * arena, so that it survives whatever the program does next.
 *
 * We accuse only on what we know. A pointer of which the table knows nothing may be a block that was given out unseen,
 * so it is called wrong only where no allocator can have given it (a stack, a module's image, unmapped memory, the
 * middle of a known block), or when no block was ever given out unseen.
 */
#include "shim/record/wrong.h"

#include "shim/python/python.h"
#include "shim/record/inherit.h"
#include "shim/record/report.h"
#include "shim/record/settle.h"
#include "shim/self/life.h"
#include "shim/self/options.h"
#include "shim/sys/lock.h"
#include "shim/sys/maps.h"
#include "shim/sys/probe.h"
#include "shim/sys/syscall.h"

#include <signal.h>
#include <string.h>

static bool same_site(const struct wire_wrong *a, const struct wire_wrong *b)
{
        return a->kind == b->kind && a->birth_stack == b->birth_stack && a->release_stack == b->release_stack &&
               a->place == b->place;
}

/* Die as abort() would, with the signal's own action first: the program may want to say something. */
static void stop_here(void)
{
        report_end();
        long pid = sys_call(SYS_getpid), tid = sys_call(SYS_gettid);
        uint64_t only_abort = UINT64_C(1) << (SIGABRT - 1);
        sys_call(SYS_rt_sigprocmask, SIG_UNBLOCK, &only_abort, NULL, 8);
        sys_call(SYS_tgkill, pid, tid, SIGABRT);
        struct {
                void *handler;
                unsigned long flags;
                void *restorer;
                uint64_t mask;
        } standard = {0};
        sys_call(SYS_rt_sigaction, SIGABRT, &standard, NULL, 8);
        sys_call(SYS_tgkill, pid, tid, SIGABRT);
}

static void file(struct thread *self, struct wire_wrong *row)
{
        row->count = 1;
        row->tid = self->tid;
        uint64_t n = __atomic_load_n(&arena.header->extents[WIRE_EXTENT_WRONGS].used, __ATOMIC_ACQUIRE);
        struct wire_wrong *rows = arena_element(WIRE_EXTENT_WRONGS, 0, sizeof *rows);
        bool known = false;
        /* Two threads may file the same new site at once: then it has two rows, which readers merge. */
        for (uint64_t i = 1; i < n && !known; i++) {
                known = same_site(&rows[i], row);
                if (known)
                        __atomic_fetch_add(&rows[i].count, 1, __ATOMIC_RELAXED);
        }
        uint64_t at = known ? 0 : arena_take(WIRE_EXTENT_WRONGS, 1, WIRE_DROP_WRONGS);
        if (at)
                rows[at] = *row;
        if (options.abort_on_error)
                stop_here();
}

static struct wire_wrong row_of(struct thread *self, const struct wrong *wrong, enum wire_wrong_kind kind)
{
        struct wire_wrong row = {
                .kind = (uint8_t)kind,
                .address = wrong->address,
                .release_stack = record_release_stack(self, wrong->entry, wrong->start).n,
        };
        if (wrong->block) {
                row.block = wrong->block->start;
                row.size = wrong->block->size;
                row.family = wrong->block->family;
                row.birth_stack = wrong->block->stack;
                row.first_release_stack = wrong->block->released ? settle_release_stack(wrong->block) : 0;
        }
        return row;
}

void wrong_mismatch(struct thread *self, const struct wrong *wrong)
{
        struct wire_wrong row = row_of(self, wrong, WIRE_WRONG_MISMATCH);
        file(self, &row);
}

void wrong_size(struct thread *self, const struct wrong *wrong)
{
        struct wire_wrong row = row_of(self, wrong, WIRE_WRONG_SIZE);
        row.given_size = wrong->given_size == RECORD_NOT_GIVEN ? row.size : wrong->given_size;
        row.align_log2 = wrong->given_align == RECORD_NOT_GIVEN ? 0 : (uint8_t)log2_exact(wrong->given_align);
        file(self, &row);
}

void wrong_no_gil(struct thread *self, const struct wrong *wrong)
{
        struct wire_wrong row = row_of(self, wrong, WIRE_WRONG_NO_GIL);
        if (row.family == WIRE_FAMILY_NONE)
                row.family = (uint8_t)wire_entry_family(wrong->entry);
        file(self, &row);
}

/* Could glibc have given this address for a block that we never saw, by mmap or from a heap of its own? The words
 * around it say so (malloc/malloc.c, struct malloc_chunk). Before it stands its size, with bit 0 when the chunk before
 * is in use, bit 1 when it is a mapping (then the word before that is the distance to the mapping's start), bit 2 when
 * the heap is not the main one. A chunk of a heap is in use when the next one has bit 0 set. A library that was opened
 * with RTLD_DEEPBIND, or that asks for __libc_malloc, gets such blocks. */
static bool may_be_chunk(uintptr_t address)
{
        uint64_t head[2], next;
        if (address % 16 || !probe_read(address - sizeof head, head, sizeof head))
                return false;
        uint64_t bytes = head[1] & ~UINT64_C(7);
        if (head[1] & 2)
                return (head[1] & 7) == 2 && (address - 16 - head[0]) % WIRE_PAGE_BYTES == 0 &&
                       (bytes + head[0]) % WIRE_PAGE_BYTES == 0;
        bool fits = bytes >= 32 && bytes % 16 == 0 && bytes < UINT64_C(1) << 47;
        if (!fits || !probe_read(address - 8 + bytes, &next, sizeof next))
                return false;
        return (next & 3) == 1 && (next & ~UINT64_C(7)) >= 16 && (next & 8) == 0;
}

static bool all_seen(void)
{
        const uint64_t *dropped = arena.header->dropped;
        return record_n_unseen == 0 && !arena.header->is_fork_child && dropped[WIRE_DROP_LARGE] == 0 &&
               dropped[WIRE_DROP_LEAVES] == 0 && dropped[WIRE_DROP_RANGE] == 0 && dropped[WIRE_DROP_REENTRANT] == 0 &&
               dropped[WIRE_DROP_EARLY] == 0;
}

/* Where does an address point that starts no block? True when it is certain that no allocator gave it. */
static bool place_of(uintptr_t address, uintptr_t sp, enum wire_family family, enum wire_place *ret_place)
{
        struct map map;
        enum map_kind kind = maps_find(address, &map);
        bool heap = kind == MAP_IS_HEAP || table_ever_held(address);
        switch (kind) {
        case MAP_IS_NONE:
                *ret_place = WIRE_PLACE_UNMAPPED;
                return true;
        case MAP_IS_STACK:
                *ret_place = WIRE_PLACE_STACK;
                return true;
        case MAP_IS_SPECIAL:
                *ret_place = WIRE_PLACE_MAPPING;
                return true;
        case MAP_IS_FILE:
                *ret_place = WIRE_PLACE_MODULE;
                return !heap;
        case MAP_IS_HEAP:
        case MAP_IS_ANONYMOUS:
                break;
        case MAP_IS_NOT_KNOWN:
                *ret_place = WIRE_PLACE_UNKNOWN;
                return address % 8 != 0;
        }
        if (sp >= map.start && sp < map.end && address >= sp) {
                *ret_place = WIRE_PLACE_STACK;
                return true;
        }
        if (stack_module(address)) {
                *ret_place = WIRE_PLACE_MODULE; /* .bss is anonymous memory */
                return true;
        }
        *ret_place = heap ? WIRE_PLACE_HEAP : WIRE_PLACE_MAPPING;
        /* An interpreter gives blocks from pools of its own, and some before our hooks are in place. */
        if (python_family(family))
                return false;
        bool misaligned = address % (UINT64_C(1) << (arena.granule_shift == 5 ? 4 : 3)) != 0;
        if (!misaligned && may_be_chunk(address))
                return false;
        return misaligned || !heap || all_seen();
}

void wrong_double(struct thread *self, const struct wrong *wrong)
{
        struct wire_wrong row = row_of(self, wrong, WIRE_WRONG_DOUBLE);
        if (row.birth_stack == 0 && arena.header->is_fork_child)
                row.birth_stack = inherit_birth(self, wrong->address);
        file(self, &row);
}

/* Heap that may hold our parent's blocks: anything that an allocator could have given. */
static bool may_be_inherited(uintptr_t address)
{
        struct map map;
        enum map_kind kind = maps_find(address, &map);
        return kind == MAP_IS_HEAP || kind == MAP_IS_ANONYMOUS || kind == MAP_IS_NOT_KNOWN;
}

enum record_act wrong_unknown(struct thread *self, const struct wrong *wrong, enum wire_family *ret_owner)
{
        if (wrong->block) {
                if (record_may_be_given_out(wrong->block)) {
                        arena_drop(WIRE_DROP_FOREIGN);
                        table_forget(wrong->block);
                        return RECORD_PASS;
                }
                wrong_double(self, wrong);
                return RECORD_SWALLOW;
        }
        bool is_child = arena.header->is_fork_child && arena_inherited();
        enum record_act act;
        if (is_child && inherit_release(self, wrong, ret_owner, &act))
                return act;
        struct block around;
        enum wire_place place;
        bool inside = table_find_holding(wrong->address, true, &around);
        struct wrong found = *wrong;
        if (inside && around.released && may_be_chunk(wrong->address)) {
                /* The memory was given out again in other pieces, of which we did not see this one. */
                arena_drop(WIRE_DROP_FOREIGN);
                return RECORD_PASS;
        } else if (inside) {
                place = around.released ? WIRE_PLACE_INSIDE_RELEASED : WIRE_PLACE_INSIDE;
                found.block = &around;
        } else if (is_child && may_be_inherited(wrong->address)) {
                return RECORD_PASS;
        } else if (!place_of(wrong->address, wrong->start->sp, wire_entry_family(wrong->entry), &place)) {
                arena_drop(WIRE_DROP_FOREIGN);
                return RECORD_PASS;
        }
        struct wire_wrong row = row_of(self, &found, WIRE_WRONG_INVALID);
        row.place = (uint8_t)place;
        row.module = place == WIRE_PLACE_MODULE ? stack_module(wrong->address) : 0;
        file(self, &row);
        return RECORD_SWALLOW;
}
