/* What each fuzz target is: one function that is handed foreign bytes and must survive them.
 *
 * Under libFuzzer (scripts/fuzz) it is called with ever new bytes; in the test suite replay.c calls it with the corpus. */
#ifndef UNFREED_TEST_FUZZ_TARGET_H
#define UNFREED_TEST_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Inputs that were not refused: each target counts them, so that the test sees whether the corpus still gets past the
 * door. One that a new version number or a new field in front keeps out would test nothing. */
extern size_t taken_in;

#endif
