/* The fingerprint by which GitHub code scanning follows a line through a file's history
 *
 * GitHub computes it when a result comes without; giving the same number ourselves keeps results of both origins one
 * alert. The definition is that of github/codeql-action, src/fingerprints.ts: for every line a rolling hash, modulo
 * 2^64 with base 37, of the 100 UTF-16 units from its start on, blanks left out and each line end counted as one
 * "\n"; after the text a 0xffff and then zeros; then how often this hash has occurred so far.
 */
#ifndef UNFREED_CLI_REPORT_LINEHASH_H
#define UNFREED_CLI_REPORT_LINEHASH_H

#include <stddef.h>
#include <stdint.h>

struct line_hash {
        uint64_t hash;
        unsigned occurrence; /* from 1 */
};

/* The hashes of all lines of a text; *ret_n of them, to be freed. */
struct line_hash *line_hashes(const char *text, size_t n_bytes, size_t *ret_n);

#endif
