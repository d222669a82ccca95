/* Numbers for people: see quantity.h. Not by the locale, so that a report is the same for everyone. */
#include "cli/report/quantity.h"

#include "bare/number.h"
#include "cli/policy/store.h"

#include <string.h>

enum { UNITS_FROM_BYTES = 64 << 10 };

const char *quantity_number(struct store *store, uint64_t n)
{
        char digits[NUMBER_TEXT_BYTES];
        size_t n_digits = number_decimal(digits, n);
        char *text = store_take(store, n_digits + n_digits / 3 + 1), *at = text;
        for (size_t i = 0; i < n_digits; i++) {
                if (i && (n_digits - i) % 3 == 0)
                        *at++ = ',';
                *at++ = digits[i];
        }
        return text;
}

const char *quantity_of(struct store *store, uint64_t n, const char *one, const char *many)
{
        return store_format(store, "%s %s", quantity_number(store, n), n == 1 ? one : many);
}

const char *quantity_bytes(struct store *store, uint64_t n_bytes)
{
        static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
        const char *plain = quantity_of(store, n_bytes, "byte", "bytes");
        if (n_bytes < UNITS_FROM_BYTES)
                return plain;
        double scaled = (double)n_bytes / 1024;
        size_t unit = 0;
        for (; scaled >= 1023.95; unit++) /* what would be printed as 1024.0 */
                scaled /= 1024;
        return store_format(store, "%s (%.1f %s)", plain, scaled, units[unit]);
}

const char *quantity_blocks(struct store *store, uint64_t n) { return quantity_of(store, n, "block", "blocks"); }
