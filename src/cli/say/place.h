/* Files that appear whole
 *
 * A report, a capture or a baseline is written beside its name and put there at the end, so that nobody ever reads half
 * of one. What has no place of its own is written as it is: pipes, devices, and descriptors by their names in /dev and
 * /proc, which must stay what they are.
 */
#ifndef UNFREED_CLI_SAY_PLACE_H
#define UNFREED_CLI_SAY_PLACE_H

#include <stdbool.h>

struct place {
        int fd;       /* to be written */
        char *path;   /* where the file will stand: links are followed */
        char *beside; /* where it is until then; NULL = fd is the thing itself */
};

/* Negative: errno says why, and nothing is to be ended. */
int place_begin(const char *path, struct place *ret_place);

/* Close, and put it in place if it is `whole`; else forget it. With `fresh`, what is there already is not replaced: then 1.
 * Negative: errno says why, and nothing is left behind; where it was not whole, errno is as it was. */
int place_end(struct place *place, bool whole, bool fresh);

#endif
