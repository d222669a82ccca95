/* Requests that fail because the user wants them to: the grammar of `fail`
 *
 * Read by the CLI, which refuses nonsense before anything runs, and by the shim, which obeys:
 *
 *      ENTRY:SIZE>=BYTES   every request through ENTRY (a function's name, or `any`) for at least BYTES
 *      nth:N               the Nth request of each process, from 1
 *      rate:P:SEED         each request with a probability of P percent, from a generator started with SEED (0 if left out)
 */
#ifndef UNFREED_WIRE_WISH_H
#define UNFREED_WIRE_WISH_H

#include "bare/number.h"
#include "wire/family.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum wish_rule { WISH_NONE, WISH_SIZE, WISH_NTH, WISH_RATE };

struct wish {
        enum wish_rule rule;
        enum wire_entry entry; /* SIZE: WIRE_ENTRY_NONE = any */
        uint64_t bytes, nth, percent, seed;
};

static inline bool wish_entry_parse(const char *text, size_t n, enum wire_entry *ret_entry)
{
        static const char *const names[WIRE_ENTRY_END] = {
                "any",
#define X(id, name, family, role) name,
                WIRE_ENTRIES(X)
#undef X
        };
        for (unsigned i = 0; i < WIRE_ENTRY_END; i++) {
                if (strlen(names[i]) == n && !memcmp(names[i], text, n)) {
                        *ret_entry = (enum wire_entry)i;
                        return true;
                }
        }
        return false;
}

static inline bool wish_number(const char **text, uint64_t *ret)
{
        bool any = **text >= '0' && **text <= '9';
        *ret = number_parse(text);
        return any;
}

/* False: it is none of the three; *ret_wish is undefined then. */
static inline bool wish_parse(const char *text, struct wish *ret_wish)
{
        struct wish *w = ret_wish;
        *w = (struct wish){0};
        if (!strncmp(text, "nth:", 4)) {
                text += 4;
                w->rule = WISH_NTH;
                return wish_number(&text, &w->nth) && w->nth > 0 && *text == 0;
        }
        if (!strncmp(text, "rate:", 5)) {
                text += 5;
                w->rule = WISH_RATE;
                if (!wish_number(&text, &w->percent) || w->percent > 100)
                        return false;
                return *text == 0 || (*text++ == ':' && wish_number(&text, &w->seed) && *text == 0);
        }
        static const char at_least[] = ":SIZE>=";
        const char *colon = strstr(text, at_least);
        if (colon == NULL || !wish_entry_parse(text, (size_t)(colon - text), &w->entry))
                return false;
        w->rule = WISH_SIZE;
        text = colon + sizeof at_least - 1;
        return wish_number(&text, &w->bytes) && *text == 0;
}

#endif
