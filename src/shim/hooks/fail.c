/* Requests that fail because the user wants them to
 *
 * Error paths leak, and nobody walks them. The option `fail` says which requests return NULL, deterministically:
 *
 *      ENTRY:SIZE>=BYTES   every request through ENTRY (or `any`) for at least BYTES
 *      nth:N               the Nth request of the process (1 = the first)
 *      rate:P:SEED         each request with probability P percent, from a generator started with SEED
 */
#include "shim/hooks/door.h"
#include "shim/hooks/fail.h"

#include "bare/number.h"
#include "shim/record/hot.h"
#include "shim/self/options.h"
#include "shim/sys/message.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

enum rule { RULE_NONE, RULE_SIZE, RULE_NTH, RULE_RATE };

static struct {
        enum rule rule;
        enum wire_entry entry; /* SIZE: WIRE_ENTRY_NONE = any */
        uint64_t bytes, nth, percent, seed;
} wish;
bool fail_active;
static _Atomic uint64_t n_requests;

static const char *const entry_names[WIRE_ENTRY_END] = {
#define X(id, name, family, role) [WIRE_ENTRY_##id] = name,
        WIRE_ENTRIES(X)
#undef X
};

static bool entry_parse(const char *text, size_t n, enum wire_entry *ret_entry)
{
        if (n == 3 && !memcmp(text, "any", 3)) {
                *ret_entry = WIRE_ENTRY_NONE;
                return true;
        }
        for (unsigned i = 1; i < WIRE_ENTRY_END; i++) {
                if (strlen(entry_names[i]) == n && !memcmp(entry_names[i], text, n)) {
                        *ret_entry = i;
                        return true;
                }
        }
        return false;
}

static bool wish_parse(const char *text)
{
        if (!strncmp(text, "nth:", 4)) {
                text += 4;
                wish.nth = number_parse(&text);
                wish.rule = RULE_NTH;
                return wish.nth > 0 && *text == 0;
        }
        if (!strncmp(text, "rate:", 5)) {
                text += 5;
                wish.percent = number_parse(&text);
                wish.rule = RULE_RATE;
                if (wish.percent > 100 || (*text && *text++ != ':'))
                        return false;
                wish.seed = number_parse(&text);
                return *text == 0;
        }
        const char *colon = strchr(text, ':');
        if (colon == NULL || !entry_parse(text, (size_t)(colon - text), &wish.entry) || strncmp(colon + 1, "SIZE>=", 6))
                return false;
        text = colon + 7;
        wish.bytes = number_parse(&text);
        wish.rule = RULE_SIZE;
        return *text == 0;
}

void fail_init(void)
{
        if (options.fail[0] == 0)
                return;
        if (wish_parse(options.fail)) {
                fail_active = true;
                hot_exceptions |= HOT_FAIL;
        } else {
                message_line("option fail is none of ENTRY:SIZE>=BYTES, nth:N, rate:P:SEED; ignored");
        }
}

static bool is_wished(enum wire_entry entry, size_t size)
{
        uint64_t n = atomic_fetch_add_explicit(&n_requests, 1, memory_order_relaxed) + 1;
        switch (wish.rule) {
        case RULE_SIZE: return size >= wish.bytes && (wish.entry == WIRE_ENTRY_NONE || wish.entry == entry);
        case RULE_NTH: return n == wish.nth;
        case RULE_RATE: return mix64(n + wish.seed * UINT64_C(0x9e3779b97f4a7c15)) % 100 < wish.percent;
        case RULE_NONE: break;
        }
        return false;
}

bool fail_now(enum wire_entry entry, size_t size)
{
        if (!record_wanted(&thread_self) || !is_wished(entry, size))
                return false;
        errno = ENOMEM;
        return true;
}
