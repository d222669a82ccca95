/* The runner takes in a tree of processes and learns how each ended
 *
 * The program under it is greeter.c, which greets as the shim does; no shim is needed. The library that is preloaded
 * is one that does nothing.
 */
#include "cli/capture/arena.h"
#include "cli/capture/file.h"
#include "cli/collect/collect.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct collect_result result;
static double seconds;
static double linger = 5;

static void make(void) { setenv("UNFREED_LIBRARY", IDLE_LIBRARY, 1); }
static void drop(void) { capture_deinit(&result.capture); }
TestSuite(collect, .init = make, .fini = drop, .timeout = 30);

static double now(void)
{
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int run(char *first, ...)
{
        char *argv[16] = {first};
        va_list words;
        va_start(words, first);
        for (size_t i = 1; i < 15 && (argv[i] = va_arg(words, char *)) != NULL; i++)
                ;
        va_end(words);
        struct collect_request request = {.argv = argv, .options = "", .linger_seconds = linger, .children = true};
        double begin = now();
        int answer = collect_run(&request, &result);
        seconds = now() - begin;
        return answer;
}

static void ends(size_t i, enum end_how how, int number)
{
        cr_assert_gt(result.capture.n_processes, i);
        const struct process *process = &result.capture.processes[i];
        cr_assert_eq(process->end.how, how, "process %zu ended by %d", i, process->end.how);
        cr_assert_eq(how == END_SIGNAL ? process->end.signal : process->end.code, number);
}

Test(collect, a_program_that_exits_is_read)
{
        cr_assert_eq(run(GREETER, "exit", "3", NULL), 0);
        cr_assert(result.program_seen);
        cr_assert_eq(WEXITSTATUS(result.status), 3);
        cr_assert_eq(result.capture.exit_status, 3);
        ends(0, END_EXIT, 3);
        cr_assert_eq(result.capture.processes[0].pid, result.pid);
        cr_assert_lt(seconds, 1);
}

Test(collect, a_signal_is_told_though_the_arena_says_nothing)
{
        cr_assert_eq(run(GREETER, "signal", "9", NULL), 0);
        cr_assert(WIFSIGNALED(result.status));
        cr_assert_eq(result.capture.exit_status, 137);
        ends(0, END_SIGNAL, 9);
}

Test(collect, the_kernel_is_believed_before_the_arena)
{
        cr_assert_eq(run(GREETER, "say", "signal", "15", NULL), 0);
        ends(0, END_SIGNAL, 15);
}

Test(collect, a_child_reaped_by_its_parent_is_told_as_well)
{
        cr_assert_eq(run(GREETER, "fork", "signal", "6", NULL), 0);
        cr_assert_eq(result.capture.n_processes, 2);
        ends(0, END_EXIT, 0);
        ends(1, END_SIGNAL, 6);
        cr_assert(result.capture.processes[1].is_fork_child);
}

Test(collect, an_orphan_is_waited_for)
{
        cr_assert_eq(run(GREETER, "orphan", "sleep", "0.4", "exit", "5", NULL), 0);
        cr_assert_eq(result.capture.n_processes, 2);
        ends(1, END_EXIT, 5);
        cr_assert_gt(seconds, 0.35);
        cr_assert_lt(seconds, 3);
}

Test(collect, an_orphan_that_has_not_greeted_yet_is_waited_for)
{
        cr_assert_eq(run(GREETER, "late", "0.4", "exit", "6", NULL), 0);
        cr_assert_eq(result.capture.n_processes, 2);
        ends(1, END_EXIT, 6);
}

Test(collect, one_that_runs_on_is_left_running)
{
        linger = 0.3;
        cr_assert_eq(run(GREETER, "orphan", "sleep", "3", NULL), 0);
        cr_assert_eq(result.capture.n_processes, 2);
        ends(1, END_RUNNING, 0);
        cr_assert_lt(seconds, 2);
}

Test(collect, an_image_that_became_another_ended_by_exec)
{
        cr_assert_eq(run(GREETER, "exec", "exec", "exit", "4", NULL), 0);
        cr_assert_eq(result.capture.n_processes, 3);
        ends(0, END_EXEC, 0);
        ends(1, END_EXEC, 0);
        ends(2, END_EXIT, 4);
}

Test(collect, forks_of_forks_are_all_there)
{
        cr_assert_eq(run(GREETER, "fork", "fork", "orphan", "fork", "sleep", "0.2", "exit", "9", NULL), 0);
        cr_assert_eq(result.capture.n_processes, 5);
        ends(4, END_EXIT, 9);
        for (size_t i = 0; i < 4; i++)
                ends(i, END_EXIT, 0);
}

Test(collect, what_is_no_greeting_is_dropped)
{
        cr_assert_eq(run(GREETER, "garbage", "garbage", "exit", "0", NULL), 0);
        cr_assert_eq(result.capture.n_processes, 1);
        cr_assert_eq(result.n_unreadable, 0);
}

Test(collect, more_processes_than_descriptors_are_said_and_harm_nobody)
{
        int next = dup(0);
        close(next);
        struct rlimit few = {(rlim_t)next + 10, (rlim_t)next + 10}; /* sockets, signals, epoll, and three processes */
        setrlimit(RLIMIT_NOFILE, &few);
        cr_redirect_stderr();
        cr_assert_eq(run(GREETER, "fork", "fork", "fork", "fork", "fork", "fork", "sleep", "0.2", "exit", "0", NULL),
                     0);
        cr_assert_eq(WEXITSTATUS(result.status), 0);
        cr_assert_gt(result.n_unreadable, 0);
        cr_assert_eq(result.capture.n_processes + result.n_unreadable, 7);
}

Test(collect, a_program_that_never_greets_is_not_waited_for)
{
        cr_assert_eq(run(GREETER, "mute", "exit", "2", NULL), 0);
        cr_assert_not(result.program_seen);
        cr_assert_eq(result.capture.n_processes, 0);
        cr_assert_lt(seconds, 1);
}

Test(collect, what_cannot_be_executed_is_told_by_errno)
{
        cr_assert_eq(run("/nowhere/at/all", NULL), 0);
        cr_assert_eq(result.exec_errno, ENOENT);
        cr_assert_eq(run("/etc", NULL), 0);
        cr_assert_eq(result.exec_errno, EACCES);
}

Test(collect, the_program_has_the_signals_that_its_user_gave_it)
{
        signal(SIGHUP, SIG_DFL); /* whatever nohup(1) made of it, and of the next a shell that runs us in the background */
        signal(SIGQUIT, SIG_DFL);
        signal(SIGINT, SIG_IGN);
        cr_assert_eq(run("/bin/sh", "-c",
                         "grep -q '^SigIgn:.*2$' /proc/self/status && grep -q '^SigBlk:.*0$' "
                         "/proc/self/status",
                         NULL),
                     0);
        cr_assert_eq(WEXITSTATUS(result.status), 0);
}

Test(collect, the_environment_keeps_what_the_user_set)
{
        setenv("LD_PRELOAD", IDLE_LIBRARY ":/nowhere.so", 1);
        setenv("UNFREED_OPTIONS", "verbosity=0", 1);
        cr_redirect_stderr();
        cr_assert_eq(run("/bin/sh", "-c",
                         "test \"$LD_PRELOAD\" = " IDLE_LIBRARY ":/nowhere.so && test $UNFREED_OPTIONS = verbosity=0 "
                         "&& case $UNFREED_RUNNER in @unfreed-*) exit 8;; esac",
                         NULL),
                     0);
        cr_assert_eq(WEXITSTATUS(result.status), 8);
}
