/* A report without names, for when the CLI cannot be had */
#ifndef UNFREED_SHIM_RECORD_PLAIN_H
#define UNFREED_SHIM_RECORD_PLAIN_H

/* Print to stderr what was not released, by site, worst first, as module+offset lines that addr2line -e takes. */
void plain_report(void);

#endif
