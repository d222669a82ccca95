/* The doors of unfreed.h, and the same under LeakSanitizer's names. What they do is said there. */
#include "shim/hooks/door.h"
#include "shim/leak/declared.h"
#include "shim/leak/judge.h"
#include "shim/self/life.h"
#include "shim/sys/message.h"

DOOR int unfreed_active(void);
DOOR int64_t unfreed_check(void);
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

static int64_t check(uintptr_t sp, uint64_t *ret_bytes)
{
        uint64_t blocks;
        if (!life_owner())
                return -1;
        thread_self.quiet++;
        bool known = judge_check(sp, &blocks, ret_bytes);
        thread_self.quiet--;
        return known ? (int64_t)blocks : -1;
}

int64_t unfreed_check(void)
{
        uint64_t bytes;
        return check(JUDGE_SP_HERE(), &bytes);
}

int unfreed_ignore(const void *block) { return arena.base && declared_ignore((uintptr_t)block); }

void unfreed_ignore_begin(void) { thread_self.ignoring++; }

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
        thread_self.quiet++;
        judge_for_good(JUDGE_SP_HERE());
        thread_self.quiet--;
}

int __lsan_do_recoverable_leak_check(void)
{
        uint64_t bytes = 0;
        int64_t blocks = check(JUDGE_SP_HERE(), &bytes);
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
