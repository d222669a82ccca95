/* What a capture says, checked and in ordinary memory
 *
 * Arenas (live, or from a file) are foreign bytes. capture/ reads them once, believes nothing, and leaves this model,
 * which the rest of the CLI may trust: every index is in range, every string ends, every path through the trie ends.
 */
#ifndef UNFREED_CLI_CAPTURE_MODEL_H
#define UNFREED_CLI_CAPTURE_MODEL_H

#include "cli/capture/unwatched.h"
#include "wire/arena.h"
#include "wire/family.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* LOST: it is gone, and nobody could tell how. */
enum end_how { END_EXIT, END_SIGNAL, END_EXEC, END_RUNNING, END_LOST };

struct module {
        const char *path; /* "" = not known */
        const char *name; /* its last part */
        uint64_t start, end, bias;
        uint8_t build_id[WIRE_BUILD_ID_BYTES];
        unsigned build_id_bytes; /* 0 = none */
};

/* Live blocks with the same stack and verdict. */
struct site {
        uint32_t stack; /* node id */
        enum wire_verdict verdict;
        enum wire_family family;
        uint64_t blocks, bytes;
        uint64_t least_bytes, most_bytes; /* of one block */
        uint64_t taken_blocks; /* with sampling: `blocks` and `bytes` are estimated from so many; 0 = all were counted */
        uint64_t lived_us, longest_us; /* from a log: all blocks together, and the one that lived longest */
        uint64_t indirect_blocks, indirect_bytes; /* DEFINITE: lost through these */
};

struct code {
        const char *filename, *qualname;
        int first_line;
        unsigned kind; /* see struct wire_code */
        const uint8_t *line_table;
        size_t line_table_bytes;
};

/* One frame of a stack as recorded, not yet named. */
struct raw_frame {
        enum { RAW_NATIVE, RAW_PYTHON, RAW_CUT, RAW_END } kind;
        uint64_t address;             /* NATIVE: return address in memory */
        const struct module *module;  /* NATIVE: or NULL */
        const struct code *code;      /* PYTHON */
        uint32_t lasti;               /* PYTHON: bytes */
        bool entry;                   /* PYTHON: the outermost that its native evaluation runs; see wire/node.h */
};

struct process {
        int pid, ppid;
        uint64_t start_ns;
        const char *exe, *cwd, *allocator;
        char **argv;
        int argc;
        bool is_fork_child;
        struct {
                enum end_how how;
                int code;   /* EXIT */
                int signal; /* SIGNAL */
        } end;
        enum wire_judged judged;
        enum wire_unjudged unjudged; /* why not all of it */
        struct wire_python python;
        const char *python_version, *python_why_off;
        uint64_t allocations, releases, peak_bytes;
        uint64_t sample_bytes; /* one block in so many bytes was looked at, and the three above are of those; 0 = every one */
        uint64_t dropped[WIRE_DROP_END];
        uint64_t self_bytes, self_ns_per_allocation, judge_ns;
        unsigned depth_max, frozen_missing;
        uint64_t requests_failed; /* by fault injection */

        char *labels; /* see label.h; NULL = none */
        char *text; /* owner of the strings above and below */
        size_t text_bytes;
        struct module *modules; /* [0] unused */
        size_t n_modules;
        struct code *codes; /* [0] unused */
        size_t n_codes;
        struct wire_node *nodes; /* [0] the root; parent < own id for every other node */
        size_t n_nodes;
        struct site *sites;
        size_t n_sites;
        struct wire_wrong *wrongs; /* stacks in range or 0 */
        size_t n_wrongs;
        struct wire_holder *holders;
        size_t n_holders;

        bool is_logged; /* and this is its place in which log: */
        uint32_t log_run, log_image;
        uint64_t log_events, log_lost; /* from metric_apply(): events read, and said to be missing */
        uint64_t log_unknown;          /* of those read: that make no sense without others, which are missing */
};

/* Events of a log, compressed or (`packed` NULL) raw. */
struct log_chunk {
        const char *path; /* of its file, and where in it: for messages */
        size_t at;
        uint32_t run;
        unsigned char *packed;
        size_t packed_bytes;
        unsigned char *raw; /* while it is being read */
        uint32_t raw_bytes;
        uint32_t n_wanted; /* pieces.h */
};

struct symbols; /* names that came with a capture file; see symbol/ */

struct capture {
        struct process *processes;
        size_t n_processes;
        char **command; /* as given to the runner, NULL-terminated; NULL = not known */
        bool command_is_own; /* freed with the capture */
        int exit_status; /* the program's own, as a shell would see it; -1 = not known */
        struct unwatched_list unwatched;
        struct symbols *symbols; /* or NULL */
        bool wants_events;       /* set before reading: keep what logs there are */
        struct log_chunk *events;
        size_t n_events;
};

/* The native frames of `stack`, innermost first, without the ALLOCATOR frame, which goes to *ret_entry and
 * *ret_align_log2 (0 where the stack has none). Returns how many there are; at most `max` are stored. */
size_t process_frames(const struct process *process, uint32_t stack, struct raw_frame *ret_frames, size_t max,
                      enum wire_entry *ret_entry, unsigned *ret_align_log2);

/* The Python frames that were current when `stack` was recorded, innermost first; 0 where there are none. Which
 * native frames they stand for (the interpreter's evaluation frames) can be told only by name, and so the two lists
 * are put together after naming, in policy/. */
size_t process_python_frames(const struct process *process, uint32_t stack, struct raw_frame *ret_frames, size_t max);

#endif
