/* Captures made by hand, whose names are made by hand too
 *
 * A frame is written "module!function@file:line"; what is left out is not known. "py:file!qualname@line" is a Python
 * frame, "py:...@line;" the outermost of its native evaluation; "CUT" a stack that was cut, "MADE" code that no file
 * holds. The program that links this gets its symbols_name() and symbols_name_datum() instead of the real ones.
 */
#ifndef TESTS_CAPTURE_MAKER_H
#define TESTS_CAPTURE_MAKER_H

#include "cli/capture/model.h"
#include "cli/policy/policy.h"

/* The working directory, and what relative files are relative to: "/src" unless a test needs real sources. */
extern const char *made_root;

/* A capture with one process that exited 0: ./leaky, pid 4711, in made_root. */
struct capture *made_capture(void);
struct process *made_process(struct capture *capture, int pid); /* one more */

/* A stack from the innermost frame on, NULL at the end. Python frames may stand anywhere in it. */
uint32_t made_stack(struct process *process, enum wire_entry entry, ...) __attribute__((sentinel));
/* By hand, where stacks share their outer frames: a native frame called by `outer`, and a call of an entry point by it. All
 * frames are of one module, but for those of demo.so. */
uint32_t made_frame(struct process *process, const char *spec, uint32_t outer);
uint32_t made_entry(struct process *process, enum wire_entry entry, uint32_t outer);
struct site *made_site(struct process *process, uint32_t stack, enum wire_verdict verdict, uint64_t blocks,
                       uint64_t block_bytes);
struct wire_wrong *made_wrong(struct process *process, enum wire_wrong_kind kind, uint32_t birth, uint32_t release);

/* Options as the command line leaves them when nothing is said. */
struct options made_options(void);
/* Findings of `capture` under `options`; the policy stays open until the test ends. */
struct findings *made_findings(const struct capture *capture, const struct options *options);

#endif
