/* unfreed snapshot: a running process, as it is now
 *
 * What it holds is neither lost nor judged: its blocks are "not yet released". Two snapshots, compared, name what
 * grows.
 */
#include "cli/command/snapshot.h"
#include "cli/capture/arena.h"
#include "cli/capture/file.h"
#include "cli/capture/label.h"
#include "cli/capture/site.h"
#include "cli/collect/classify.h"
#include "cli/collect/living.h"
#include "cli/command/judge.h"
#include "cli/command/pattern.h"
#include "cli/command/verb.h"
#include "cli/say/say.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* With -o the capture is all that was asked for, unless a format was too. */
static int snapshot_keep(const struct options *options, int fd, const struct capture *capture, struct symbols *symbols)
{
        struct capture_writer *writer = capture_writer_new();
        if (!writer)
                return say_error("no memory for the capture");
        const struct process *process = &capture->processes[0];
        uint8_t *names = NULL;
        size_t n = 0;
        capture_writer_add(writer, fd, process);
        symbols_write(symbols, &names, &n);
        if (names)
                capture_writer_add_names(writer, names, n);
        free(names);
        capture_writer_add_command(writer, process->argv, -1);
        int answer = 1;
        for (unsigned counter = 1; answer > 0 && counter < 1000000; counter++) {
                bool counts;
                char *path = pattern_fill(options->output, process->pid, process->exe, counter, &counts);
                answer = path ? capture_writer_end(writer, path, counts) : say_error("no memory for a file name");
                free(path);
        }
        capture_writer_free(writer);
        return answer;
}

static int reading_show(struct policy *policy, struct options *options, int fd, pid_t pid)
{
        if (!options->classify)
                return snapshot_show(policy, options, fd, (int)pid);
        int copy = classify_ask(pid);
        int answer = copy < 0 ? copy : snapshot_show(policy, options, copy, (int)pid);
        if (copy >= 0)
                close(copy);
        return answer;
}

int snapshot_show(struct policy *policy, struct options *options, int fd, int pid)
{
        struct process process;
        const char *why = arena_read(fd, &process);
        if (why)
                return say_error("the record of process %d cannot be read: %s", pid, why);
        if (options->sites && !process_set_sites(&process, options->sites)) {
                process_deinit(&process);
                return say_error("--sites: not a list of sites of process %d", pid);
        }
        if (options->sites)
                options->show = ~UINT32_C(0);
        process.end.how = END_RUNNING;
        process.labels = labels_from_environment();
        struct capture capture = {.exit_status = -1, .command = process.argv};
        if (capture_add(&capture, &process) < 0) {
                process_deinit(&process);
                return -1;
        }
        struct symbols *symbols = symbols_new();
        struct verdict verdict;
        int answer = symbols ? judge_capture(policy, options, &capture, symbols, STDOUT_FILENO, &verdict)
                             : say_error("no memory for names");
        if (answer >= 0 && options->output)
                answer = snapshot_keep(options, fd, &capture, symbols);
        symbols_free(symbols);
        capture_deinit(&capture);
        return answer;
}

/* One, or with --watch one after another until the process ends. */
static int process_show(struct arguments *arguments, struct policy *policy, pid_t pid, int fd)
{
        struct options *options = &arguments->options;
        if (options->output && !arguments->formats_asked)
                options->n_targets = 0;
        int answer = reading_show(policy, options, fd, pid);
        struct timespec pause = {(time_t)options->interval_seconds, 0};
        pause.tv_nsec = (long)((options->interval_seconds - (double)pause.tv_sec) * 1e9);
        for (unsigned i = 1; options->watch && answer >= 0 && (!options->count || i < options->count); i++) {
                struct arena_brief brief;
                if (nanosleep(&pause, NULL) < 0 || kill(pid, 0) < 0 || !arena_peek(fd, &brief) ||
                    brief.how != END_RUNNING)
                        break;
                answer = reading_show(policy, options, fd, pid);
        }
        return answer;
}

int verb_snapshot(struct arguments *arguments)
{
        pid_t pid = arguments->n_operands == 1 ? living_pid(arguments->operands[0]) : 0;
        if (pid == 0) {
                say_error("the pid of one process is needed; see `unfreed help snapshot`");
                return STATUS_USAGE;
        }
        struct policy *policy;
        if ((arguments->options.output && pattern_check(arguments->options.output) < 0) ||
            policy_open(&arguments->options, &policy) < 0)
                return STATUS_UNABLE;
        int fd = living_open(pid);
        int answer = fd < 0 ? fd : process_show(arguments, policy, pid, fd);
        if (fd >= 0)
                close(fd);
        policy_close(policy);
        return answer < 0 ? STATUS_UNABLE : 0;
}
