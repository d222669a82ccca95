/* SHA-256 (FIPS 180-4), in base64: how a page names the one script and the one style that it may run */
#ifndef UNFREED_CLI_REPORT_SHA256_H
#define UNFREED_CLI_REPORT_SHA256_H

enum { SHA256_BASE64_BYTES = 45 }; /* with the NUL */

void sha256_base64(const char *text, char ret[SHA256_BASE64_BYTES]);

#endif
