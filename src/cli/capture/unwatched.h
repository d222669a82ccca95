/* Programs of the run that could not be watched
 *
 * What a process of the tree became without our library in it: nothing of what it did is in the capture, and that must
 * be said. Several processes that became the same program are one entry.
 */
#ifndef UNFREED_CLI_CAPTURE_UNWATCHED_H
#define UNFREED_CLI_CAPTURE_UNWATCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unwatched {
        int pid;       /* of the last one */
        uint64_t n;    /* processes */
        char *program; /* its path; "" = not known */
        char *why;     /* words that follow its name */
};

struct unwatched_list {
        struct unwatched *all;
        size_t n;
};

/* What finds no memory is left out. */
void unwatched_add(struct unwatched_list *list, int pid, uint64_t n, const char *program, const char *why);

/* The last one of this process was none: it did not become that program. */
void unwatched_take_back(struct unwatched_list *list, int pid);

uint64_t unwatched_processes(const struct unwatched_list *list);
void unwatched_deinit(struct unwatched_list *list);

/* As the payload of a chunk (FORMAT.md), in malloc'ed memory; NULL without. And back: false when it makes no sense. */
void *unwatched_encode(const struct unwatched *unwatched, size_t *ret_bytes);
bool unwatched_decode(struct unwatched_list *list, const void *payload, size_t bytes);

#endif
