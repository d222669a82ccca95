/* UNFREED_OPTIONS, parsed */
#ifndef UNFREED_SHIM_SELF_OPTIONS_H
#define UNFREED_SHIM_SELF_OPTIONS_H

#include "wire/option.h"

#include <stdbool.h>
#include <stdint.h>

enum { OPTION_TEXT_BYTES = 512 };

#define OPTION_FIELD_BOOL(key) bool key;
#define OPTION_FIELD_INT(key) int32_t key;
#define OPTION_FIELD_SIZE(key) uint64_t key;
#define OPTION_FIELD_TEXT(key) char key[OPTION_TEXT_BYTES];

struct options {
#define X(type, key, standard, least, most, help) OPTION_FIELD_##type(key)
        WIRE_OPTIONS(X)
#undef X
};
extern struct options options;

/* Set the defaults, then what `text` (may be NULL) says. Problems are said on stderr once, and skipped. */
void options_init(const char *text);

/* "UNFREED_OPTIONS=..." as it was then; "" = it was not set, or too long to keep. */
const char *options_given(void);

/* The value of an environment variable, without libc: usable before libc is initialised. NULL when not set. */
const char *options_environment(const char *name);

#endif
