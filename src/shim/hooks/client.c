/* The doors of unfreed.h, and the same under LeakSanitizer's names. What they do is said there. */
#include "shim/hooks/door.h"
#include "shim/hooks/pymem.h"
#include "shim/leak/declared.h"
#define UNFREED_ONLY_TYPES
#include "shim/hooks/unfreed.h"
#include "shim/leak/judge.h"
#include "shim/leak/since.h"
#include "shim/record/describe.h"
#include "shim/record/record.h"
#include "shim/self/life.h"
#include "shim/self/options.h"
#include "shim/sys/message.h"

DOOR int unfreed_active(void);
DOOR int64_t unfreed_check(void);
DOOR int64_t unfreed_alive(void);
DOOR uint64_t unfreed_moment(void);
DOOR int64_t unfreed_born(uint64_t moment);
DOOR uint64_t unfreed_mark(void);
DOOR void unfreed_mark_end(uint64_t mark);
DOOR int64_t unfreed_since(uint64_t mark, unsigned what, struct unfreed_site *sites, size_t most);
DOOR size_t unfreed_describe(const struct unfreed_site *sites, size_t n, unsigned form, char *text, size_t size);
DOOR size_t unfreed_frames(const struct unfreed_site *site, struct unfreed_frame *frames, size_t most);
DOOR int unfreed_python_stacks(int on);
DOOR int unfreed_ignore(const void *block);
DOOR void unfreed_ignore_begin(void);
DOOR void unfreed_ignore_end(void);
DOOR int unfreed_root_add(const void *start, size_t size);
DOOR int unfreed_root_remove(const void *start, size_t size);
DOOR void __lsan_ignore_object(const void *block);
DOOR void __lsan_register_root_region(const void *start, size_t size);
DOOR void __lsan_unregister_root_region(const void *start, size_t size);
DOOR void __lsan_disable(void);
DOOR void __lsan_enable(void);
DOOR void __lsan_do_leak_check(void);
DOOR int __lsan_do_recoverable_leak_check(void);

int unfreed_active(void) { return arena.base != NULL; }

/* The doors that judge keep nothing in their own frames, part of which may lie above the stack pointer that they judge
 * by (AArch64) and shows what earlier calls left there: so not inlined. */
static __attribute__((noinline)) int64_t check(uintptr_t sp, uint64_t *ret_bytes)
{
        uint64_t unasked;
        if (ret_bytes == NULL)
                ret_bytes = &unasked;
        uint64_t blocks;
        if (!life_owner())
                return -1;
        thread_quiet_begin(&thread_self);
        bool known = judge_check(sp, &blocks, ret_bytes);
        thread_quiet_end(&thread_self);
        return known ? (int64_t)blocks : -1;
}

int64_t unfreed_check(void) { return check(JUDGE_SP_HERE(), NULL); }

/* Whether there is anything to ask, also in a fork child that has done nothing yet. */
static bool recording(void) { return (arena.base || record_begin(&thread_self)) && life_owner(); }

int64_t unfreed_alive(void) { return recording() ? since_alive() : -1; }

uint64_t unfreed_moment(void)
{
        if (!recording())
                return 0;
        thread_quiet_begin(&thread_self);
        uint64_t moment = since_moment();
        thread_quiet_end(&thread_self);
        return moment;
}

int64_t unfreed_born(uint64_t moment)
{
        if (!recording() || moment == 0)
                return -1;
        thread_quiet_begin(&thread_self);
        int64_t n = since_born(moment);
        thread_quiet_end(&thread_self);
        return n;
}

uint64_t unfreed_mark(void)
{
        if (!recording())
                return 0;
        thread_quiet_begin(&thread_self);
        uint64_t mark = since_begin();
        thread_quiet_end(&thread_self);
        return mark;
}

void unfreed_mark_end(uint64_t mark)
{
        if (!recording())
                return;
        thread_quiet_begin(&thread_self);
        since_end(mark);
        thread_quiet_end(&thread_self);
}

_Static_assert(sizeof(struct unfreed_site) == sizeof(struct since_site) &&
                       offsetof(struct unfreed_site, verdict) == offsetof(struct since_site, verdict),
               "a site crosses the door as it is");
_Static_assert((int)UNFREED_LOST == WIRE_VERDICT_DEFINITE && (int)UNFREED_HELD == WIRE_VERDICT_REACHABLE &&
                       (int)UNFREED_POSSIBLE == WIRE_VERDICT_POSSIBLE && (int)UNFREED_INDIRECT == WIRE_VERDICT_INDIRECT,
               "and so does a verdict");
_Static_assert(sizeof(struct unfreed_frame) == sizeof(struct describe_frame), "and a frame");

int64_t unfreed_since(uint64_t mark, unsigned what, struct unfreed_site *sites, size_t most)
{
        if (!recording())
                return -1;
        struct since_question question = {.mark = mark,
                                          .judged = what & (UNFREED_JUDGED | UNFREED_ONLY_LOST),
                                          .only_grown = what & UNFREED_ONLY_GROWN,
                                          .changed = what & UNFREED_CHANGED,
                                          .only_lost = what & UNFREED_ONLY_LOST,
                                          .sp = JUDGE_SP_HERE()};
        thread_quiet_begin(&thread_self);
        int64_t n = since_sites(&question, (struct since_site *)sites, most);
        thread_quiet_end(&thread_self);
        return n;
}

size_t unfreed_describe(const struct unfreed_site *sites, size_t n, unsigned form, char *text, size_t size)
{
        if (size)
                *text = '\0';
        if (!recording() || n == 0)
                return 0;
        thread_quiet_begin(&thread_self);
        size_t length = describe_sites((const struct since_site *)sites, n, form == UNFREED_JSON, text, size);
        thread_quiet_end(&thread_self);
        return length;
}

size_t unfreed_frames(const struct unfreed_site *site, struct unfreed_frame *frames, size_t most)
{
        return recording() ? describe_frames(site->stack, (struct describe_frame *)frames, most) : 0;
}

int unfreed_python_stacks(int on)
{
        int before = options.python_objects;
        if (recording() && on >= 0)
                pymem_stacks(on != 0);
        return before;
}

int unfreed_ignore(const void *block) { return arena.base && declared_ignore((uintptr_t)block); }

void unfreed_ignore_begin(void)
{
        thread_look(&thread_self);
        thread_self.ignoring++;
}

void unfreed_ignore_end(void)
{
        if (thread_self.ignoring)
                thread_self.ignoring--;
}

int unfreed_root_add(const void *start, size_t size) { return declared_root_add((uintptr_t)start, size); }

int unfreed_root_remove(const void *start, size_t size) { return declared_root_remove((uintptr_t)start, size); }

void __lsan_ignore_object(const void *block) { unfreed_ignore(block); }
void __lsan_register_root_region(const void *start, size_t size) { unfreed_root_add(start, size); }
void __lsan_unregister_root_region(const void *start, size_t size) { unfreed_root_remove(start, size); }
void __lsan_disable(void) { unfreed_ignore_begin(); }
void __lsan_enable(void) { unfreed_ignore_end(); }

void __lsan_do_leak_check(void)
{
        if (!life_owner())
                return;
        thread_quiet_begin(&thread_self);
        judge_for_good(JUDGE_SP_HERE());
        thread_quiet_end(&thread_self);
}

static __attribute__((noinline)) int check_and_say(uintptr_t sp)
{
        uint64_t bytes = 0;
        int64_t blocks = check(sp, &bytes);
        if (blocks <= 0)
                return 0;
        struct message message;
        message_begin(&message);
        message_number(&message, bytes);
        message_text(&message, " bytes in ");
        message_number(&message, (uint64_t)blocks);
        message_text(&message, " blocks are lost so far");
        message_end(&message);
        return 1;
}

int __lsan_do_recoverable_leak_check(void) { return check_and_say(JUDGE_SP_HERE()); }
