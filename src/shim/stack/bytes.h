/* Reading unwind tables that may be wrong
 *
 * A cursor that cannot leave its bounds. A read past the end gives 0 and makes the cursor bad for ever, so that a
 * parser may read a whole record and ask once, at its end, whether it was one. The bytes themselves are mapped: see
 * struct module_segment.
 */
#ifndef UNFREED_SHIM_STACK_BYTES_H
#define UNFREED_SHIM_STACK_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
        const uint8_t *at, *end;
        bool bad;
};

static inline size_t bytes_left(const struct bytes *b) { return b->bad ? 0 : (size_t)(b->end - b->at); }

static inline void bytes_skip(struct bytes *b, uint64_t n)
{
        if (n > bytes_left(b))
                b->bad = true;
        else
                b->at += n;
}

/* The next n bytes (at most 8) as a little-endian number. */
static inline uint64_t bytes_number(struct bytes *b, unsigned n)
{
        uint64_t number = 0;
        if (n > bytes_left(b)) {
                b->bad = true;
                return 0;
        }
        memcpy(&number, b->at, n);
        b->at += n;
        return number;
}

static inline uint64_t bytes_uleb(struct bytes *b)
{
        uint64_t number = 0;
        for (unsigned shift = 0;; shift += 7) {
                uint8_t byte = (uint8_t)bytes_number(b, 1);
                if (shift < 64)
                        number |= (uint64_t)(byte & 0x7f) << shift;
                if (!(byte & 0x80) || b->bad)
                        return number;
        }
}

static inline int64_t bytes_sleb(struct bytes *b)
{
        uint64_t number = 0;
        for (unsigned shift = 0;;) {
                uint8_t byte = (uint8_t)bytes_number(b, 1);
                if (shift < 64)
                        number |= (uint64_t)(byte & 0x7f) << shift;
                shift += 7;
                if ((byte & 0x80) && !b->bad)
                        continue;
                if ((byte & 0x40) && shift < 64)
                        number |= ~UINT64_C(0) << shift;
                return (int64_t)number;
        }
}

#endif
