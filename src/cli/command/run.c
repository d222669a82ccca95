/* unfreed run: a program, watched, and what it never released
 *
 * All that may fail of our own (a suppression file, the place for the capture) fails before the program is started.
 * What fails afterwards is said, and the status is 125: never silent, and never mistaken for a finding.
 */
#include "cli/capture/chunk.h"
#include "cli/capture/file.h"
#include "cli/capture/log_writer.h"
#include "cli/collect/collect.h"
#include "cli/collect/launcher.h"
#include "cli/collect/drain.h"
#include "cli/collect/obstacle.h"
#include "cli/command/end.h"
#include "cli/command/judge.h"
#include "cli/command/keeper.h"
#include "cli/command/pattern.h"
#include "cli/command/verb.h"
#include "cli/say/say.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Files that are made while the program runs; each may be NULL. */
struct keeping {
        struct capture_writer *capture; /* -o */
        struct log_writer *log;         /* --log, ... */
        struct capture_writer *log_rest;
        struct drain *drain;
};

static void image_begin(void *context, size_t number, int memfd)
{
        const struct keeping *keeping = context;
        if (keeping->drain)
                drain_begin(keeping->drain, number, memfd);
}

static void image_end(void *context, size_t number, int memfd)
{
        const struct keeping *keeping = context;
        if (keeping->drain)
                drain_end(keeping->drain, number, memfd);
}

static void image_keep(void *context, size_t number, int memfd, const struct process *process)
{
        const struct keeping *keeping = context;
        if (keeping->capture)
                capture_writer_add(keeping->capture, memfd, process);
        if (keeping->log) {
                capture_writer_add(keeping->log_rest, memfd, process);
                log_writer_link(keeping->log, keeping->log_rest, (uint32_t)number);
        }
}

/* Whatever can be known to fail fails here, before there is a program. Negative: a line was said. */
static int keeping_begin(struct keeping *keeping, const struct options *options)
{
        if (options->output && !(keeping->capture = capture_writer_new()))
                return say_error("no memory for the capture");
        if (!options->log)
                return 0;
        if (!(keeping->log_rest = capture_writer_new()))
                return say_error("no memory for the log");
        keeping->log = log_writer_open(options->log, options->log_max_bytes);
        keeping->drain = keeping->log ? drain_new(keeping->log) : NULL;
        return keeping->drain ? 0 : -1;
}

static void keeping_end(struct keeping *keeping)
{
        drain_free(keeping->drain);
        log_writer_free(keeping->log);
        capture_writer_free(keeping->log_rest);
        capture_writer_free(keeping->capture);
}

/* What a file holds besides arenas. */
static void capture_complete(struct capture_writer *writer, const struct capture *capture, struct symbols *symbols)
{
        uint8_t *names = NULL;
        size_t n = 0;
        symbols_write(symbols, &names, &n);
        if (names)
                capture_writer_add_names(writer, names, n);
        free(names);
        capture_writer_add_command(writer, capture->command, capture->exit_status);
        for (size_t i = 0; i < capture->unwatched.n; i++) {
                void *payload = unwatched_encode(&capture->unwatched.all[i], &n);
                if (payload)
                        capture_writer_add_chunk(writer, CHUNK_UNWATCHED, payload, n);
                free(payload);
        }
}

/* Write the capture where it was asked for. */
static int capture_keep(struct capture_writer *writer, const struct options *options, const struct capture *capture,
                        struct symbols *symbols, int pid)
{
        capture_complete(writer, capture, symbols);
        int answer = 1;
        for (unsigned counter = 1; answer > 0 && counter < 1000000; counter++) {
                bool counts;
                char *path = pattern_fill(options->output, pid, capture->command[0], counter, &counts);
                answer = path ? capture_writer_end(writer, path, counts) : say_error("no memory for a file name");
                free(path);
        }
        return answer;
}

static int log_keep(struct keeping *keeping, const char *path, const struct capture *capture, struct symbols *symbols)
{
        capture_complete(keeping->log_rest, capture, symbols);
        int answer = log_writer_end(keeping->log, keeping->log_rest);
        if (answer > 0)
                say_error("the log %s ends before the program did: it has grown to --log-max", path);
        return answer;
}

static int exec_failed(const char *program, int error)
{
        say_error("%s: %s", program, error == ENOENT ? "not found" : strerror(error));
        return error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

/* Nothing came from the program itself: why? True when nothing came at all. */
static bool unseen_say(const struct collect_result *result, const char *program)
{
        const char *why = obstacle_of(program);
        bool at_all = result->capture.n_processes > 0;
        if (why)
                say_error("%s %s%s", program, why, at_all ? "; only the processes that it started were seen" : "");
        else
                say_error("%s ended without our library having been loaded into it; `unfreed doctor %s` says more",
                          program, program);
        return !at_all;
}

static int result_judge(struct arguments *arguments, struct policy *policy, struct keeping *keeping,
                        struct collect_result *result)
{
        const struct options *options = &arguments->options;
        signal(SIGPIPE, SIG_IGN); /* that nobody reads the report changes no verdict */
        signal(SIGXFSZ, SIG_IGN); /* nor that a file may not grow: it is an error as others are */
        /* Where a process said that it cannot record, that has been said already; of nothing there is no report. */
        bool none = !result->program_seen && result->n_unreadable == 0;
        bool unable = none ? unseen_say(result, arguments->operands[0]) : result->capture.n_processes == 0;
        int status = result->capture.exit_status;
        if (!unable) {
                struct symbols *symbols = symbols_new();
                struct verdict verdict;
                unable = !symbols ||
                         judge_capture(policy, options, &result->capture, symbols, STDERR_FILENO, &verdict) < 0;
                if (!unable && verdict.exit_status)
                        status = verdict.exit_status;
                if (symbols && keeping->capture &&
                    capture_keep(keeping->capture, options, &result->capture, symbols, (int)result->pid) < 0)
                        unable = true;
                if (symbols && keeping->log && log_keep(keeping, options->log, &result->capture, symbols) < 0)
                        unable = true;
                symbols_free(symbols);
        }
        if (unable || result->n_unreadable > 0)
                return STATUS_UNABLE;
        return WIFSIGNALED(result->status) ? end_by_signal(WTERMSIG(result->status)) : status;
}

int verb_run(struct arguments *arguments)
{
        const struct options *options = &arguments->options;
        if (arguments->n_operands == 0) {
                say_error("no program to run; see `unfreed --help`");
                return STATUS_USAGE;
        }
        struct policy *policy;
        if ((options->output && pattern_check(options->output) < 0) || policy_open(options, &policy) < 0)
                return STATUS_UNABLE;
        struct keeping keeping = {0};
        struct keeper *keeper;
        launcher_pass(arguments->operands);
        struct collect_request request = {.argv = arguments->operands,
                                          .options = options->shim_options,
                                          .linger_seconds = options->linger_seconds,
                                          .children = options->children,
                                          .watcher = {image_begin, image_end, image_keep, &keeping}};
        struct collect_result result;
        int status = STATUS_UNABLE;
        if (keeper_new(options, &request, &keeper) >= 0 && keeping_begin(&keeping, options) >= 0 &&
            collect_run(&request, &result) >= 0) {
                status = result.exec_errno ? exec_failed(arguments->operands[0], result.exec_errno)
                                           : result_judge(arguments, policy, &keeping, &result);
                capture_deinit(&result.capture);
        }
        keeper_free(keeper);
        keeping_end(&keeping);
        policy_close(policy);
        return status;
}
