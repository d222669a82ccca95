/* The fingerprint by which GitHub code scanning follows a line: see linehash.h */
#include "cli/report/linehash.h"

#include "cli/policy/map.h"
#include "cli/say/utf8.h"

#include <stdbool.h>
#include <stdlib.h>

enum { WINDOW = 100, BASE = 37, END_OF_TEXT = 0xffff };

struct rolling {
        uint16_t units[WINDOW];
        size_t line_of[WINDOW]; /* number of the line that starts at this unit, 0 = none */
        size_t at;              /* in both, going round */
        uint64_t hash, oldest;  /* oldest: the factor of what leaves the window */
        struct line_hash *hashes;
        size_t n, max;          /* lines begun */
        bool line_begins, after_return;
        struct map *counts;
};

/* The window holds what began WINDOW units ago: if that was a line, its hash is complete. */
static void emit(struct rolling *rolling)
{
        if (!rolling->line_of[rolling->at])
                return;
        uintptr_t *count = (uintptr_t *)map_at(rolling->counts, &rolling->hash, sizeof rolling->hash);
        rolling->hashes[rolling->line_of[rolling->at] - 1] =
                (struct line_hash){ rolling->hash, (unsigned)++*count };
        rolling->line_of[rolling->at] = 0;
}

static void shift(struct rolling *rolling, uint16_t unit)
{
        rolling->hash = BASE * rolling->hash + unit - rolling->oldest * rolling->units[rolling->at];
        rolling->units[rolling->at] = unit;
        rolling->at = (rolling->at + 1) % WINDOW;
}

static void take(struct rolling *rolling, uint16_t unit)
{
        bool is_rest_of_line_end = rolling->after_return && unit == '\n';
        rolling->after_return = unit == '\r';
        if (unit == ' ' || unit == '\t' || is_rest_of_line_end)
                return;
        if (unit == '\r')
                unit = '\n';
        emit(rolling);
        if (rolling->line_begins) {
                if (rolling->n == rolling->max) {
                        rolling->max = rolling->max ? 2 * rolling->max : 1024;
                        rolling->hashes = realloc(rolling->hashes, rolling->max * sizeof *rolling->hashes);
                        if (!rolling->hashes)
                                abort();
                }
                rolling->line_of[rolling->at] = ++rolling->n;
        }
        rolling->line_begins = unit == '\n';
        shift(rolling, unit);
}

struct line_hash *line_hashes(const char *text, size_t n_bytes, size_t *ret_n)
{
        struct rolling rolling = { .oldest = 1, .line_begins = true, .counts = map_new() };
        for (int i = 0; i < WINDOW; i++)
                rolling.oldest *= BASE;
        for (size_t i = 0; i < n_bytes;) {
                int32_t code;
                i += utf8_next(text + i, n_bytes - i, &code);
                if (code < 0)
                        code = 0xfffd; /* as JavaScript decodes it */
                if (code >= 0x10000) {
                        take(&rolling, (uint16_t)(0xd7c0 + (code >> 10)));
                        code = 0xdc00 | (code & 0x3ff);
                }
                take(&rolling, (uint16_t)code);
        }
        take(&rolling, END_OF_TEXT);
        for (int i = 0; i < WINDOW; i++) {
                emit(&rolling);
                shift(&rolling, 0);
        }
        map_free(rolling.counts);
        *ret_n = rolling.n;
        return rolling.hashes;
}
