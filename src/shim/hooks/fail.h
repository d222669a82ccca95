/* Requests that fail because the user wants them to; see fail.c for the grammar */
#ifndef UNFREED_SHIM_HOOKS_FAIL_H
#define UNFREED_SHIM_HOOKS_FAIL_H

#include "wire/family.h"

#include <stdbool.h>
#include <stddef.h>

extern bool fail_active;

/* Read the option; once, when recording begins. */
void fail_init(void);
bool fail_now(enum wire_entry entry, size_t size);

#endif
