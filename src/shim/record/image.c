/* A process image, begun and ended
 *
 * Birth happens inside the program's first call of an entry point; a fork child is born again inside its own first
 * call. The thread that gives birth is `quiet` meanwhile, so that what ld.so allocates for us is served, not recorded.
 */
#include "shim/record/image.h"

#include "bare/bits.h"
#include "bare/number.h"
#include "shim/arena/arena.h"
#include "shim/leak/apart.h"
#include "shim/leak/declared.h"
#include "shim/leak/freeze.h"
#include "shim/leak/kept.h"
#include "shim/leak/judge.h"
#include "shim/python/python.h"
#include "shim/record/cost.h"
#include "shim/record/hot.h"
#include "shim/record/log.h"
#include "shim/record/own.h"
#include "shim/record/record.h"
#include "shim/record/report.h"
#include "shim/record/sample.h"
#include "shim/self/birth.h"
#include "shim/self/label.h"
#include "shim/self/life.h"
#include "shim/self/next.h"
#include "shim/self/options.h"
#include "shim/self/thread.h"
#include "shim/stack/check.h"
#include "shim/stack/stack.h"
#include "shim/sys/message.h"
#include "shim/sys/pages.h"
#include "wire/hello.h"

/* Blocks of another allocator may be as small and as dense as 8 bytes; glibc's are 32 bytes apart at least. */
enum { GRANULE_GLIBC = 5, GRANULE_OTHER = 3 };

static bool image_birth(bool is_fork_child)
{
        static const char *allocator;
        static bool is_libc;
        if (!is_fork_child) {
                options_init(options_environment(WIRE_OPTIONS_ENV));
                const char *refused = options_environment("UNFREED_FAIL_PAGE");
                pages_refuse(refused ? (unsigned)number_parse(&refused) : 0);
                allocator = next_allocator(&is_libc);
                kept_init(allocator);
        } else if (!options.children) {
                return false;
        }
        /* A child of such a process does not come here. */
        if (!is_fork_child && birth_is_under_valgrind()) {
                if (!birth_declines())
                        message_line("cannot record under a tool of Valgrind's that replaces malloc; the program runs on");
                return false;
        }
        if (!arena_init(is_libc ? GRANULE_GLIBC : GRANULE_OTHER, &birth_helper)) {
                /* A runner that cannot be told, under a filter, sees a process that never greets. */
                bool has_runner = birth_refuse() || birth_runner();
                if (!has_runner && !is_fork_child)
                        message_line("cannot record: the kernel gives no memory for the capture; the program runs on");
                return false;
        }
        log_begin();
        birth_describe(is_fork_child, allocator);
        stack_init(is_fork_child);
        freeze_init(is_fork_child);
        if (!is_fork_child)
                apart_init();
        apart_listen();
        sample_image_begin();
        hot_except((check_wanted() ? HOT_CHECK : 0u) | (options.release_stacks ? 0u : HOT_NO_RELEASE) |
                           (arena.granule_shift == HOT_GRANULE_SHIFT ? 0u : HOT_GRANULE),
                   0);
        if (!is_fork_child) {
                record_past_us_begin();
        } else {
                arena.header->dropped[WIRE_DROP_EARLY] = life_inside_taken();
                python_fork_child();
                own_fork_child();
        }
        return true;
}

bool image_begin(void)
{
        struct thread *self = &thread_self;
        if (self->quiet || !next_begin())
                return false;
        enum life_claim claim = life_claim();
        if (claim == LIFE_NO || claim == LIFE_ON)
                return claim == LIFE_ON;
        thread_quiet_begin(self);
        self->nest = 0;
        self->count = NULL;
        self->memo = NULL; /* not plain until it has a place again */
        bool born = image_birth(claim == LIFE_BORN_BY_FORK);
        thread_quiet_end(self);
        life_settle(born);
        return born;
}

static bool image_judge(uintptr_t sp, bool for_exec, enum wire_end end)
{
        arena.header->private_bytes = pages_taken_bytes();
        arena.header->self_ns_per_allocation = cost_of_block_ns();
        if (options.detect_leaks)
                judge(sp, for_exec);
        else
                arena.header->unjudged = WIRE_UNJUDGED_OFF;
        label_write();
        __atomic_store_n(&arena.header->end, end, __ATOMIC_RELEASE);
        stack_end();
        return report_end();
}

bool image_end_exit(int status, uintptr_t sp)
{
        if (!life_end_claim())
                return false;
        thread_quiet_begin(&thread_self);
        arena.header->end_code = status;
        bool gating = image_judge(sp, false, WIRE_END_EXIT);
        life_ended();
        thread_quiet_end(&thread_self);
        return gating;
}

void image_end_exec(uintptr_t sp, const void *given, size_t given_bytes)
{
        if (!life_owner())
                return;
        thread_quiet_begin(&thread_self);
        bool declared = declared_root_add((uintptr_t)given, given_bytes);
        image_judge(declared ? sp : (uintptr_t)given, true, WIRE_END_EXEC);
        if (declared)
                declared_root_remove((uintptr_t)given, given_bytes);
        thread_quiet_end(&thread_self);
}

void image_exec_failed(void)
{
        if (!life_owner())
                return;
        __atomic_store_n(&arena.header->judged, WIRE_JUDGED_NOT, __ATOMIC_RELAXED);
        __atomic_store_n(&arena.header->end, WIRE_END_RUNNING, __ATOMIC_RELEASE);
}
