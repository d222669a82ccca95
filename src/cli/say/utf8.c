/* UTF-8 that cannot be trusted: see utf8.h and RFC 3629 */
#include "cli/say/utf8.h"

size_t utf8_next(const char *text, size_t n_bytes, int32_t *ret_code)
{
        const unsigned char *byte = (const unsigned char *)text;
        static const int32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
        size_t n = byte[0] < 0x80 ? 1 : byte[0] < 0xc0 ? 0 : byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : byte[0] < 0xf8 ? 4 : 0;
        *ret_code = -1;
        if (n == 0 || n > n_bytes)
                return 1;
        int32_t code = n == 1 ? byte[0] : byte[0] & (0x7f >> n);
        for (size_t i = 1; i < n; i++) {
                if ((byte[i] & 0xc0) != 0x80)
                        return 1;
                code = code << 6 | (byte[i] & 0x3f);
        }
        if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
                return 1;
        *ret_code = code;
        return n;
}
