/* Numbers as text, without libc
 *
 * In the target snprintf is out of reach: it may allocate, and it takes locale locks.
 */
#include "bare/number.h"

static size_t number_text(char *out, uint64_t n, unsigned base)
{
        char digits[NUMBER_TEXT_BYTES];
        size_t n_digits = 0;
        do {
                digits[n_digits++] = "0123456789abcdef"[n % base];
                n /= base;
        } while (n);
        for (size_t i = 0; i < n_digits; i++)
                out[i] = digits[n_digits - 1 - i];
        out[n_digits] = 0;
        return n_digits;
}

size_t number_decimal(char *out, uint64_t n) { return number_text(out, n, 10); }

size_t number_hex(char *out, uint64_t n)
{
        out[0] = '0';
        out[1] = 'x';
        return 2 + number_text(out + 2, n, 16);
}

static int digit_value(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return 16;
}

static uint64_t number_read(const char **text, unsigned base)
{
        uint64_t n = 0;
        for (unsigned digit; (digit = (unsigned)digit_value(**text)) < base; (*text)++)
                n = n > (UINT64_MAX - digit) / base ? UINT64_MAX : n * base + digit;
        return n;
}

uint64_t number_parse(const char **text) { return number_read(text, 10); }
uint64_t number_parse_hex(const char **text) { return number_read(text, 16); }
