/* A report without names, for when the CLI cannot be had */
#ifndef UNFREED_SHIM_RECORD_PLAIN_H
#define UNFREED_SHIM_RECORD_PLAIN_H

#include <stdbool.h>

/* Print to stderr what was not released, by site, worst first, as module+offset lines that addr2line -e takes. True when
 * there were wrong releases or lost blocks. What an interpreter leaves behind cannot be told without names, so where
 * there is one lost blocks do not count. */
bool plain_report(void);

#endif
