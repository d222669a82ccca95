/* The runner: start a program, take in the arenas of its process tree, wait for it
 *
 * The program has the terminal, the signals and the descriptors that it would have had. Nothing is forwarded but what
 * somebody sends to the runner alone to make it end. What comes out is a capture; judging it and ending as the program ended are for others.
 */
#ifndef UNFREED_CLI_COLLECT_H
#define UNFREED_CLI_COLLECT_H

#include "cli/capture/model.h"
#include "cli/collect/tree.h"

#include <stdbool.h>
#include <sys/types.h>

struct collect_request {
        char **argv;           /* the program and its arguments, NULL-terminated */
        const char *options;   /* appended to UNFREED_OPTIONS; "" = nothing */
        double linger_seconds; /* how long to wait for what still runs when the program has ended */
        bool children;         /* take in the whole tree, not the program alone */
        struct tree_watcher watcher;
        /* Every so many seconds (0 = never) each image that lives is shown to `look`. */
        double look_seconds;
        void (*look)(void *context, int memfd, const struct arena_brief *brief);
        void *look_context;
};

struct collect_result {
        pid_t pid;
        int status;        /* wait status of the program */
        int exec_errno;    /* not 0: it could not be executed, and nothing else here is set */
        bool program_seen; /* its arena, or that of an image it became, arrived */
        size_t n_unreadable;
        struct capture capture; /* processes in order of arrival; command = argv of the request */
};

/* Negative: a line was said, and the program may have run unseen. */
int collect_run(const struct collect_request *request, struct collect_result *ret_result);

#endif
