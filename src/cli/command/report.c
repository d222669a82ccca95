/* unfreed report: what captures hold
 *
 * Without the runner, the shim starts this at the end of a program, with the arena on an inherited descriptor
 * (--arena-fd): the report then goes to stderr, or where log_path says.
 */
#include "cli/capture/arena.h"
#include "cli/capture/file.h"
#include "cli/command/emit.h"
#include "cli/command/judge.h"
#include "cli/command/verb.h"
#include "cli/say/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* log_path=PATH means PATH.PID, as in the sanitizers; stdout and stderr are themselves. Negative: a line was said. */
static int log_open(const char *log_path, int pid)
{
        if (!log_path || !*log_path || strcmp(log_path, "stderr") == 0)
                return STDERR_FILENO;
        if (strcmp(log_path, "stdout") == 0)
                return STDOUT_FILENO;
        char *path = NULL;
        if (asprintf(&path, "%s.%d", log_path, pid) < 0)
                return say_error("no memory for a file name");
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd < 0)
                say_error("%s cannot be written: %s", path, strerror(errno));
        free(path);
        return fd;
}

/* The program has not quite ended: it waits for us, and how it is about to end its arena knows. */
static int arena_report(struct arguments *arguments, struct policy *policy, struct symbols *symbols)
{
        struct process process;
        const char *why = arena_read(arguments->arena_fd, &process);
        if (why) {
                say_error("the record of the program cannot be read: %s", why);
                return STATUS_UNABLE;
        }
        struct capture capture = {.exit_status = process.end.how == END_EXIT ? process.end.code : 0};
        if (capture_add(&capture, &process) < 0) {
                process_deinit(&process);
                return STATUS_UNABLE;
        }
        struct verdict verdict;
        int fd = log_open(arguments->log_path, capture.processes[0].pid);
        int answer = fd < 0 ? -1 : judge_capture(policy, &arguments->options, &capture, symbols, fd, &verdict);
        capture_deinit(&capture);
        if (answer < 0)
                return STATUS_UNABLE;
        return verdict.n_gating > 0 ? STATUS_GATED : 0; /* the shim knows what exitcode= makes of it */
}

static int captures_report(struct arguments *arguments, struct policy *policy, struct symbols *symbols)
{
        enum metric metric = arguments->options.metric;
        struct capture capture = {.exit_status = -1, .wants_events = metric != METRIC_LEAKED};
        struct verdict verdict = {0};
        int answer = 0;
        for (int i = 0; i < arguments->n_operands && answer >= 0; i++)
                answer = capture_read(arguments->operands[i], &capture, judge_names, symbols);
        if (answer >= 0 && metric != METRIC_LEAKED)
                answer = metric_apply(&capture, metric);
        if (answer >= 0)
                answer = judge_capture(policy, &arguments->options, &capture, symbols, STDOUT_FILENO, &verdict);
        capture_deinit(&capture);
        if (answer < 0)
                return STATUS_UNABLE;
        return arguments->gates_asked ? verdict.exit_status : 0;
}

int verb_report(struct arguments *arguments)
{
        if (arguments->n_operands == 0 && arguments->arena_fd < 0) {
                say_error("no capture to report; see `unfreed help report`");
                return STATUS_USAGE;
        }
        struct policy *policy;
        if (policy_open(&arguments->options, &policy) < 0)
                return STATUS_UNABLE;
        struct symbols *symbols = symbols_new();
        int status = STATUS_UNABLE;
        if (!symbols)
                say_error("no memory for names");
        else if (arguments->arena_fd >= 0)
                status = arena_report(arguments, policy, symbols);
        else
                status = captures_report(arguments, policy, symbols);
        symbols_free(symbols);
        policy_close(policy);
        return status;
}
