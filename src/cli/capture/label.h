/* Labels: which of many a process is
 *
 * Those of wire/label.h, and the host: what tells processes apart once captures are put together. Kept as strings
 * "key=value", one after another, the last one empty.
 */
#ifndef UNFREED_CLI_CAPTURE_LABEL_H
#define UNFREED_CLI_CAPTURE_LABEL_H

#include <stdbool.h>
#include <stddef.h>

/* Those that the runner's environment gives, and the host's name. The caller's; NULL without memory. */
char *labels_from_environment(void);

/* `own` of a process and those of the `common` that it lacks: new labels, and `own` is freed. Both may be NULL. */
char *labels_join(char *own, const char *common);

/* A copy of labels that came as `bytes` foreign bytes. NULL when they make no sense: no key, a key twice, no end. */
char *labels_checked(const char *labels, size_t bytes);
size_t labels_bytes(const char *labels); /* with the empty string at the end */

/* The label at *at, which moves past it: `key_bytes` characters, `=`, value. False at the end. `*at` may be NULL. */
bool labels_next(const char **at, const char **ret_label, size_t *ret_key_bytes);

#endif
