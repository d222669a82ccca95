/* Numbers as text, without libc */
#ifndef UNFREED_BARE_NUMBER_H
#define UNFREED_BARE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

enum { NUMBER_TEXT_BYTES = 24 }; /* enough for any of the below, with its NUL */

/* Write `n` and a NUL at `out` (NUMBER_TEXT_BYTES); returns the length without the NUL. */
size_t number_decimal(char *out, uint64_t n);
size_t number_hex(char *out, uint64_t n); /* with 0x */

/* Parse decimal digits at *text, moving it past them. Returns 0 where there is no digit; saturates. */
uint64_t number_parse(const char **text);
/* The same for hexadecimal digits without 0x. */
uint64_t number_parse_hex(const char **text);

#endif
