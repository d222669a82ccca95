/* From an arena to a process of the model */
#ifndef UNFREED_CLI_CAPTURE_ARENA_H
#define UNFREED_CLI_CAPTURE_ARENA_H

#include "cli/capture/model.h"

/* Read the arena behind `fd` (lent; its process may be running and writing). Everything of *ret_process is set but
 * `end`, which only says what the arena itself knows: EXIT, EXEC, or else RUNNING. NULL when it was read; else why
 * not, in words for people, and *ret_process is empty. */
const char *arena_read(int fd, struct process *ret_process);

/* The process, image and end that an arena speaks of, without reading the rest: for the runner, which asks often.
 * False when it is no arena that we could read. */
struct arena_brief {
        int pid, ppid;
        uint64_t pid_start, start_ns;
        bool is_fork_child;
        enum end_how how; /* EXIT, EXEC, or RUNNING */
        int code;
        uint64_t live_bytes; /* within 64 KiB a thread */
};
bool arena_peek(int fd, struct arena_brief *ret_brief);

/* Where an extent lies, checked against the file, with `used` not above `capacity`. */
bool arena_find(int fd, enum wire_extent extent, struct wire_range *ret_range);

void process_deinit(struct process *process);

#endif
