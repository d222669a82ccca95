/* Which part of a mapping is a thread's stack
 *
 * glibc keeps the stacks of dead threads for new ones, so a mapping that looks like a stack is one only if a live
 * thread is in it: otherwise it holds what nobody can reach any more. A stack made by glibc ends in the thread's
 * descriptor, which points to itself at two places (the psABI's TCB and glibc's nptl/descr.h) or, on AArch64, says
 * where the stack was mapped; a live thread's pointer to it is what the thread itself said when it was stopped. Below
 * lies an inaccessible page, which tells where the stack begins. Of a thread that has ended and was not joined yet,
 * what it returned still counts. Everything that does not look exactly so is read whole: stacks that a program made
 * itself, coroutines, anything without a guard.
 */
#include "shim/leak/stacks.h"

#include "bare/bits.h"
#include "shim/leak/freeze.h"
#include "shim/leak/resident.h"
#include "shim/sys/probe.h"
#include "shim/sys/syscall.h"
#include "wire/arena.h"

#include <pthread.h>

enum {
        STORAGE_ALIGN = 64, /* of the descriptor (sysdeps/x86_64/nptl/tls.h, TCB_ALIGNMENT) */
/* In the descriptor, unchanged since glibc 2.4: the thread's id, and where the part begins that says how it was
 * begun, whether it is detached, and what it returned (struct pthread: tid, specific_used). AArch64 has 512
 * bytes less at its beginning, and then the address and size of the mapping and the size of the guard in it
 * (stackblock). */
#if defined __x86_64__
        /* More than a descriptor's part above the thread pointer has ever had; the stack ends with that page. */
        DESCRIPTOR_BYTES = 2304,
        DESCRIPTOR_TID = 720,
        DESCRIPTOR_FATE = 1552,
#else
        DESCRIPTOR_BYTES = 1792,
        DESCRIPTOR_TID = 720 - 512,
        DESCRIPTOR_FATE = 1552 - 512,
        DESCRIPTOR_STACK = 1680 - 512,
        DESCRIPTOR_ABOVE = 1 << 20, /* more than thread-local storage, which follows it, ever takes */
#endif
};

static struct {
        uintptr_t sp, storage;
        int32_t tid;
} self;

void stacks_begin(uintptr_t sp)
{
        self.sp = sp;
        self.storage = (uintptr_t)__builtin_thread_pointer();
        self.tid = (int32_t)sys_call(SYS_gettid);
}

/* From the thread pointer down to the descriptor: the ABI's "variant I" has it below, "variant II" there. */
static uintptr_t descriptor_of(uintptr_t storage)
{
#if defined __x86_64__
        return storage;
#else
        return storage - ((uintptr_t)__builtin_thread_pointer() - (uintptr_t)pthread_self());
#endif
}

struct search {
        uintptr_t found;        /* a thread pointer */
        uintptr_t start, limit; /* of the mapping; and what the stack ends before, once found */
};

#if defined __x86_64__
/* The two self-pointers of a descriptor: the thread pointer itself at 0 (the ABI wants it) and 16. */
static void run_search(uintptr_t start, uintptr_t end, void *context)
{
        struct search *search = context;
        for (uintptr_t at = align_up(start, STORAGE_ALIGN); search->found == 0 && at + 24 <= end; at += STORAGE_ALIGN) {
                const uintptr_t *words = (const uintptr_t *)at;
                if (words[0] == at && words[2] == at)
                        search->found = at;
        }
        if (search->found)
                search->limit = align_up(search->found + DESCRIPTOR_BYTES, WIRE_PAGE_BYTES);
}
#else
/* The mapping as the descriptor has it: from a guard that ends where ours begins to a place above. */
static void run_search(uintptr_t start, uintptr_t end, void *context)
{
        struct search *search = context;
        for (uintptr_t at = start; search->found == 0 && at + 24 <= end; at += sizeof(uintptr_t)) {
                const uintptr_t *words = (const uintptr_t *)at;
                uintptr_t descriptor = at - DESCRIPTOR_STACK, top = words[0] + words[1];
                bool fits = words[2] != 0 && words[0] + words[2] == search->start && descriptor > search->start &&
                            top > at && top - at < DESCRIPTOR_ABOVE && top <= search->limit;
                if (!fits || top % WIRE_PAGE_BYTES != 0)
                        continue;
                search->found = descriptor + (self.storage - descriptor_of(self.storage));
                search->limit = top;
        }
}
#endif

static uintptr_t storage_find(uintptr_t start, uintptr_t end, uintptr_t *ret_end)
{
        struct search search = {.start = start, .limit = end};
        resident_each(start, end, RESIDENT_ANY, run_search, &search);
        *ret_end = search.found && search.limit < end ? search.limit : end;
        return search.found;
}

/* The live thread with this thread pointer: its stack pointer, or 0 when there is none. */
static uintptr_t sp_of(uintptr_t storage, int32_t *ret_tid)
{
        if (storage == self.storage) {
                *ret_tid = self.tid;
                return self.sp;
        }
        size_t n;
        const struct frozen *threads = freeze_threads(&n);
        for (size_t i = 0; i < n; i++)
                if (threads[i].still && threads[i].storage == storage) {
                        *ret_tid = threads[i].tid;
                        return threads[i].sp;
                }
        return 0;
}

/* Has this thread ended, and will somebody still ask what it returned? The kernel clears the id at the end,
 * pthread_join makes it -1, a detached thread's descriptor names itself as the one that joins it. */
static bool is_unjoined(uintptr_t storage, uintptr_t end)
{
        uintptr_t descriptor = descriptor_of(storage);
        if (end - descriptor < DESCRIPTOR_BYTES || *(const int32_t *)(descriptor + DESCRIPTOR_TID) != 0)
                return false;
        for (uintptr_t at = descriptor + DESCRIPTOR_FATE; at < descriptor + DESCRIPTOR_BYTES; at += sizeof(uintptr_t))
                if (*(const uintptr_t *)at == descriptor)
                        return false;
        return true;
}

/* Some thread's stack pointer that lies in the range; 0 = none does. */
static uintptr_t sp_in(uintptr_t start, uintptr_t end, int32_t *ret_tid)
{
        size_t n;
        const struct frozen *threads = freeze_threads(&n);
        *ret_tid = self.tid;
        if (start <= self.sp && self.sp < end)
                return self.sp;
        for (size_t i = 0; i < n; i++)
                if (threads[i].still && start <= threads[i].sp && threads[i].sp < end) {
                        *ret_tid = threads[i].tid;
                        return threads[i].sp;
                }
        return 0;
}

/* Leaf functions may use this much below the stack pointer (x86-64 psABI 3.2.2); elsewhere it does no harm. */
static uintptr_t with_red_zone(uintptr_t sp, uintptr_t start)
{
        uintptr_t alive = sp == self.sp ? sp : sp - 128;
        return alive > start ? alive : start;
}

struct stacks_part stacks_find(uintptr_t start, uintptr_t end, bool guarded, bool is_first)
{
        struct stacks_part part = {.start = start, .end = end, .alive = start};
        if (is_first) {
                /* Whole when its thread runs on another stack just now, or has left for good. */
                uintptr_t sp = sp_in(start, end, &part.tid);
                part.alive = sp ? with_red_zone(sp, start) : start;
                return part;
        }
        part.storage = guarded ? storage_find(start, end, &part.end) : 0;
        if (part.storage == 0) {
                part.end = start;
                return part;
        }
        uintptr_t sp = sp_of(part.storage, &part.tid);
        int32_t other;
        if (sp == 0 && sp_in(start, part.end, &other) == 0)
                part.alive =
                        is_unjoined(part.storage, part.end) ? descriptor_of(part.storage) + DESCRIPTOR_FATE : part.end;
        else if (start <= sp && sp < part.storage)
                part.alive = with_red_zone(sp, start);
        return part;
}

void stacks_each_thread(void (*visit)(int32_t tid, uintptr_t storage, const uintptr_t *registers, unsigned n_registers))
{
        visit(self.tid, self.storage, NULL, 0);
        size_t n;
        const struct frozen *threads = freeze_threads(&n);
        for (size_t i = 0; i < n; i++)
                if (threads[i].still)
                        visit(threads[i].tid, threads[i].storage, threads[i].registers, threads[i].n_registers);
}
