/* Programs that have another tool of our kind in them, whose runtime is a library */
#ifndef UNFREED_BARE_SANITIZER_H
#define UNFREED_BARE_SANITIZER_H

#include <stddef.h>
#include <stdint.h>

/* Reads from a file at an offset, which may be anything: how many bytes came, 0 = none. */
typedef size_t sanitizer_read(int fd, void *ret, size_t bytes, uint64_t offset);

/* The sanitizer that this program is built with, as its file tells; NULL = none whose runtime is a library. Whatever
 * the file holds, it ends soon. */
const char *sanitizer_of_program(int fd, sanitizer_read *read);

/* The sanitizer whose runtime this value of LD_PRELOAD names; NULL = none. */
const char *sanitizer_of_preload(const char *value);

#endif
