/* Those of the tree that came to us, and may yet greet */
#ifndef UNFREED_CLI_COLLECT_HEIRS_H
#define UNFREED_CLI_COLLECT_HEIRS_H

#include <stdbool.h>

/* Does any child of ours (orphans of the tree are) have the library of this path loaded? A child that was forked
 * greets at its first allocation, which may be late. Where /proc does not tell: false. */
bool heirs_have_library(const char *library);

#endif
