/* UTF-8 that cannot be trusted */
#ifndef UNFREED_CLI_SAY_UTF8_H
#define UNFREED_CLI_SAY_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/* Decode the character at `text` (`n_bytes` left, at least 1). Returns how many bytes it takes; *ret_code is its code
 * point, or -1 where it is not UTF-8 (then the answer is 1): overlong forms and surrogates are none. */
size_t utf8_next(const char *text, size_t n_bytes, int32_t *ret_code);

#endif
