/* A process image, begun and ended */
#ifndef UNFREED_SHIM_RECORD_IMAGE_H
#define UNFREED_SHIM_RECORD_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begin recording where that has not been decided yet; true when recording is on. */
bool image_begin(void);

/* The program is about to end with `status`, or to become another image: judge. `sp`: the stack pointer of whoever
 * asked, so that stale stack below it hides nothing. Only the first end counts, an exec may fail and come again. */
/* True when a report was made here that has gating findings (never with a runner: it judges). */
bool image_end_exit(int status, uintptr_t sp);
/* `given`: words, wherever they lie, that hold what the new image is given. */
void image_end_exec(uintptr_t sp, const void *given, size_t given_bytes);
void image_exec_failed(void);

#endif
