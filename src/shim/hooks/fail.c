/* Requests that fail because the user wants them to
 *
 * Error paths leak, and nobody walks them. The option `fail` (wire/wish.h) says which requests return NULL,
 * deterministically: a count of requests and a generator of our own decide, not time and not addresses.
 */
#include "shim/hooks/fail.h"
#include "shim/hooks/door.h"

#include "shim/record/hot.h"
#include "shim/self/options.h"
#include "shim/sys/message.h"
#include "wire/wish.h"

#include <errno.h>
#include <stdatomic.h>

static struct wish wish;
bool fail_active;
static _Atomic uint64_t n_requests;

void fail_init(void)
{
        if (options.fail[0] == 0)
                return;
        if (wish_parse(options.fail, &wish)) {
                fail_active = true;
                hot_except(HOT_FAIL, 0);
        } else {
                message_line("option fail is none of ENTRY:SIZE>=BYTES, nth:N, rate:P:SEED; ignored");
        }
}

static bool is_wished(enum wire_entry entry, size_t size)
{
        uint64_t n = atomic_fetch_add_explicit(&n_requests, 1, memory_order_relaxed) + 1;
        switch (wish.rule) {
        case WISH_SIZE:
                return size >= wish.bytes && (wish.entry == WIRE_ENTRY_NONE || wish.entry == entry);
        case WISH_NTH:
                return n == wish.nth;
        case WISH_RATE:
                return mix64(n + wish.seed * UINT64_C(0x9e3779b97f4a7c15)) % 100 < wish.percent;
        case WISH_NONE:
                break;
        }
        return false;
}

bool fail_now(enum wire_entry entry, size_t size)
{
        if (!record_wanted(&thread_self) || !is_wished(entry, size))
                return false;
        __atomic_fetch_add(&arena.header->requests_failed, 1, __ATOMIC_RELAXED);
        errno = ENOMEM;
        return true;
}
