/* Paths as URIs (RFC 3986) */
#ifndef UNFREED_CLI_REPORT_URI_H
#define UNFREED_CLI_REPORT_URI_H

struct store;

/* `before` and the path, in which all but unreserved characters and "/" are %XX. In `store`. */
const char *uri_of_path(struct store *store, const char *before, const char *path);

#endif
