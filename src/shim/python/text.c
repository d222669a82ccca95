/* Python strings into the arena's text
 *
 * A compact str (PEP 393) holds one, two or four bytes for each character, directly behind its header. File names are
 * shared by all functions of a file, and so a cache keyed by content saves most of the space.
 */
#include "shim/python/text.h"

#include "bare/bits.h"
#include "shim/arena/arena.h"
#include "shim/python/interpreter.h"
#include "shim/sys/pages.h"
#include "shim/sys/probe.h"

#include <string.h>

enum {
        TEXT_CHARS_MAX = 1024,
        TEXT_CACHE = 256,
        STATE_KIND_SHIFT = 2, /* PyASCIIObject.state: interned:2, kind:3, compact:1, ascii:1 */
        STATE_COMPACT = 1 << 5,
        STATE_ASCII = 1 << 6,
};

static struct {
        uint64_t hash;
        uint32_t text, bytes;
} cache[TEXT_CACHE] PAGES_APART;

void text_forget(void) { memset(cache, 0, sizeof cache); }

/* RFC 3629. A lone surrogate (PEP 383) becomes a question mark. */
static size_t utf8_put(char *out, uint32_t c)
{
        if (c >= 0xd800 && c < 0xe000)
                c = '?';
        if (c < 0x80) {
                out[0] = (char)c;
                return 1;
        }
        size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
        for (size_t i = n; i-- > 1; c >>= 6)
                out[i] = (char)(0x80 | (c & 0x3f));
        out[0] = (char)(lead[n] | c);
        return n;
}

/* Characters of `kind` bytes each, as UTF-8 into `out` (4 * TEXT_CHARS_MAX); bytes written, or -1. */
static long str_decode(uintptr_t data, unsigned kind, size_t n_chars, char *out)
{
        static unsigned char raw[TEXT_CHARS_MAX * 4] PAGES_APART;
        if (!probe_read(data, raw, n_chars * kind))
                return -1;
        size_t bytes = 0;
        for (size_t i = 0; i < n_chars; i++) {
                uint32_t c = 0;
                memcpy(&c, raw + i * kind, kind); /* little-endian, as all that we run on */
                bytes += utf8_put(out + bytes, c);
        }
        return (long)bytes;
}

static uint32_t text_store(const char *text, size_t bytes)
{
        uint64_t hash = bytes;
        for (size_t i = 0; i < bytes; i++)
                hash = mix64(hash ^ (unsigned char)text[i]);
        unsigned at = (unsigned)hash % TEXT_CACHE;
        if (cache[at].text && cache[at].hash == hash && cache[at].bytes == bytes)
                return cache[at].text;
        uint32_t stored = arena_text_bytes(text, bytes);
        if (stored) {
                cache[at].hash = hash;
                cache[at].text = stored;
                cache[at].bytes = (uint32_t)bytes;
        }
        return stored;
}

uint32_t text_of_str(uintptr_t object)
{
        const struct layout *layout = interpreter.layout;
        uintptr_t type;
        int64_t length;
        uint32_t state;
        static char text[TEXT_CHARS_MAX * 4] PAGES_APART; /* one caller at a time */
        if (!probe_read(object + layout->object_type, &type, sizeof type) || type != interpreter.str_type)
                return 0;
        if (!probe_read(object + layout->var_size, &length, sizeof length) || length <= 0 ||
            !probe_read(object + layout->str_state, &state, sizeof state))
                return 0;
        unsigned kind = state >> STATE_KIND_SHIFT & 7;
        if (!(state & STATE_COMPACT) || (kind != 1 && kind != 2 && kind != 4))
                return 0;
        size_t n = length > TEXT_CHARS_MAX ? TEXT_CHARS_MAX : (size_t)length;
        long bytes = str_decode(object + (state & STATE_ASCII ? layout->ascii_data : layout->wide_data), kind, n, text);
        return bytes <= 0 ? 0 : text_store(text, (size_t)bytes);
}
