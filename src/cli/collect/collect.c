/* The runner: see collect.h
 *
 * One loop over an epoll set: the socket, SIGCHLD through a signalfd, and a pidfd for each process that has an arena.
 * Order matters in one place: a process greets before it ends, so that the socket is emptied after an end is known and
 * before that end is acted upon.
 */
#include "cli/collect/collect.h"

#include "cli/capture/file.h"
#include "cli/capture/label.h"
#include "cli/collect/canary.h"
#include "cli/collect/heirs.h"
#include "cli/collect/library.h"
#include "cli/collect/listen.h"
#include "cli/collect/obstacle.h"
#include "cli/collect/spawn.h"
#include "cli/collect/tree.h"
#include "cli/say/say.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WATCH_SOCKET = -1, WATCH_SIGNALS = -2, EVENTS_AT_ONCE = 64 };

/* A new image needs a moment until our library is in it; while nothing that greeted or may greet runs, wait no longer
 * than this for children that we know only to exist. Generous: the machine may be loaded. */
static const double GREETING_SECONDS = 0.05;

/* From when we have a signal until our child in the group has it too, if the group was meant (canary.h). The kernel
 * hands it to all of them in one go, but may be interrupted. */
static const double GROUP_SECONDS = 0.1;

/* What the group got so lately is the same signal, though it may have come to us at another moment. */
static const double GROUP_AGAIN_SECONDS = 1;

struct collector {
        const struct collect_request *request;
        const char *library;
        struct listener listener;
        struct tree tree;
        struct manners before;
        int signals;
        pid_t program;
        struct canary canary;
        bool program_ended;
        int program_status;
        bool childless; /* nothing of the tree is left: as the reaper of its orphans we would have a child */
        double deadline;
        double pass_at[NSIG]; /* when a signal that somebody sent us is passed on, unless the program has it; 0 = none came */
        unsigned n_asked;     /* how many are to be */
        double look_at; /* when living images are shown next */
};

static double now_seconds(void)
{
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void socket_drain(struct collector *c)
{
        struct arrival arrival;
        while (listen_take(&c->listener, &arrival)) {
                bool wanted = c->request->children || arrival.pid == c->program;
                if (arrival.program[0]) {
                        if (wanted)
                                tree_becomes(&c->tree, &arrival);
                        continue;
                }
                if (wanted) {
                        tree_add(&c->tree, &arrival);
                        continue;
                }
                close(arrival.memfd);
                if (arrival.pidfd >= 0)
                        close(arrival.pidfd);
        }
}

static void signals_take(struct collector *c)
{
        struct signalfd_siginfo signals[8];
        for (ssize_t got; (got = read(c->signals, signals, sizeof signals)) > 0;) {
                for (size_t i = 0; i < (size_t)got / sizeof *signals; i++) {
                        if (!manners_pass_on(&c->before, &signals[i]))
                                continue;
                        double *at = &c->pass_at[signals[i].ssi_signo];
                        c->n_asked += *at == 0;
                        *at = now_seconds() + (c->before.is_init ? 0 : GROUP_SECONDS);
                        c->deadline = 0; /* no lingering, where that has begun */
                }
        }
}

/* Pass on what is due. Milliseconds until the next is; -1 = none. */
static int signals_pass(struct collector *c)
{
        double now = now_seconds(), next = 0;
        for (int signal = 1; signal < NSIG; signal++) {
                if (c->pass_at[signal] == 0)
                        continue;
                if (c->pass_at[signal] > now) {
                        next = next == 0 || c->pass_at[signal] < next ? c->pass_at[signal] : next;
                        continue;
                }
                c->pass_at[signal] = 0;
                c->n_asked--;
                if (!canary_has_heard(&c->canary, signal, GROUP_AGAIN_SECONDS, now))
                        kill(c->program, signal);
        }
        return next == 0 ? -1 : (int)((next - now) * 1000) + 1;
}

static void children_reap(struct collector *c)
{
        signals_take(c);
        for (;;) {
                siginfo_t ended = {0};
                if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) < 0) {
                        if (errno == EINTR)
                                continue;
                        c->childless = true;
                        return;
                }
                if (ended.si_pid == 0)
                        return;
                int status;
                socket_drain(c);
                if (waitpid(ended.si_pid, &status, 0) != ended.si_pid)
                        continue;
                tree_reaped(&c->tree, ended.si_pid, status);
                if (ended.si_pid == c->canary.pid)
                        c->canary.pid = -1;
                if (ended.si_pid != c->program)
                        continue;
                canary_end(&c->canary);
                c->program_ended = true;
                c->program_status = status;
                c->deadline = c->n_asked ? 0 : now_seconds() + c->request->linger_seconds;
        }
}

/* Who waits for us shall see that the program has stopped. Not while a SIGCONT is under way to it. */
static void stop_follow(struct collector *c)
{
        siginfo_t stopped = {0};
        if (c->pass_at[SIGCONT] == 0 && waitid(P_PID, (id_t)c->program, &stopped, WSTOPPED | WNOHANG) == 0 &&
            stopped.si_pid != 0)
                manners_stop(&c->before, c->program, stopped.si_status);
}

static void watch(int epoll, int fd, int64_t what)
{
        struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)what};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Milliseconds to wait for the next event; 0 = it is over. */
static int patience(struct collector *c)
{
        if (!c->program_ended) {
                int next = signals_pass(c);
                stop_follow(c);
                return next;
        }
        if (c->childless && c->tree.n_alive == 0)
                return 0;
        double until = c->deadline, soon = until - c->request->linger_seconds + GREETING_SECONDS;
        if (soon < until && c->tree.n_alive == 0 && !heirs_have_library(c->library)) {
                socket_drain(c); /* the last of them may have greeted and ended since */
                if (c->tree.n_alive == 0)
                        until = soon;
        }
        double left = until - now_seconds();
        if (left <= 0)
                return 0;
        return left > 0.1 ? 100 : (int)(left * 1000) + 1; /* a tenth: not every end has a descriptor that tells it */
}

static void events_handle(struct collector *c, int milliseconds)
{
        struct epoll_event events[EVENTS_AT_ONCE];
        int n = epoll_wait(c->tree.epoll, events, EVENTS_AT_ONCE, milliseconds);
        socket_drain(c);
        bool reap = n <= 0;
        for (int i = 0; i < n; i++) {
                int64_t what = (int64_t)events[i].data.u64;
                if (what == WATCH_SIGNALS)
                        reap = true;
                else if (what >= 0 && !tree_check(&c->tree, (size_t)what))
                        reap = true;
        }
        if (reap || c->program_ended)
                children_reap(c);
        if (n == 0)
                tree_check_all(&c->tree);
}

static int capture_make(struct collector *c, struct capture *ret_capture)
{
        tree_add_vanished(&c->tree);
        struct capture capture = {.command = c->request->argv};
        for (size_t i = 0; i < c->tree.n; i++) {
                struct member *member = &c->tree.members[i];
                if (!member->process.nodes)
                        continue; /* it could not be read */
                if (capture_add(&capture, &member->process) < 0) {
                        capture_deinit(&capture);
                        return -1;
                }
                struct process *process = &capture.processes[capture.n_processes - 1];
                char *common = labels_from_environment();
                process->labels = labels_join(process->labels, common);
                free(common);
                member->process = (struct process){0};
        }
        int status = c->program_status;
        capture.exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        capture.unwatched = c->tree.unwatched;
        c->tree.unwatched = (struct unwatched_list){0};
        *ret_capture = capture;
        return 0;
}

/* Show the living images if it is time. How long to wait for events then, when for the rest it is `milliseconds`. */
static int look(struct collector *c, int milliseconds)
{
        const struct collect_request *request = c->request;
        if (request->look_seconds <= 0)
                return milliseconds;
        double left = c->look_at - now_seconds();
        if (left <= 0) {
                tree_look(&c->tree, request->look, request->look_context);
                c->look_at = now_seconds() + request->look_seconds;
                left = request->look_seconds;
        }
        double most = left < 3600 ? left : 3600;
        int until = (int)(most * 1000) + 1;
        return milliseconds < 0 || until < milliseconds ? until : milliseconds;
}

static int program_watch(struct collector *c, struct collect_result *result)
{
        struct spawn spawn = {.argv = c->request->argv,
                              .library = c->library,
                              .apart = obstacle_is_harmed(c->request->argv[0]),
                              .runner = c->listener.address,
                              .options = c->request->options};
        sigset_t passed_on;
        manners_passed_on(&passed_on);
        canary_begin(&c->canary, &passed_on, &c->listener); /* before there is a program that could be meant */
        c->program = spawn_program(&spawn, &c->before, &result->exec_errno);
        if (c->program <= 0) {
                canary_end(&c->canary);
                return (int)c->program;
        }
        c->look_at = now_seconds() + c->request->look_seconds;
        for (int milliseconds; (milliseconds = patience(c)) != 0;)
                events_handle(c, look(c, milliseconds));
        socket_drain(c);
        tree_end(&c->tree);
        result->pid = c->program;
        result->status = c->program_status;
        result->program_seen = tree_has(&c->tree, c->program);
        result->n_unreadable = c->tree.n_unreadable;
        return capture_make(c, &result->capture);
}

int collect_run(const struct collect_request *request, struct collect_result *result)
{
        *result = (struct collect_result){0};
        char *library = library_find();
        if (!library)
                return -1;
        struct collector c = {.request = request,
                              .library = library,
                              .tree = {.watcher = request->watcher, .epoll = -1}};
        int answer = listen_open(&c.listener);
        if (answer < 0) {
                free(library);
                return answer;
        }
        c.signals = manners_begin(&c.before);
        c.tree.epoll = epoll_create1(EPOLL_CLOEXEC);
        if (c.signals < 0 || c.tree.epoll < 0) {
                answer = c.signals < 0 ? -1 : say_error("no descriptor to wait on: %s", strerror(errno));
        } else {
                watch(c.tree.epoll, c.listener.fd, WATCH_SOCKET);
                if (c.listener.path_fd >= 0)
                        watch(c.tree.epoll, c.listener.path_fd, WATCH_SOCKET);
                watch(c.tree.epoll, c.signals, WATCH_SIGNALS);
                answer = program_watch(&c, result);
        }
        tree_deinit(&c.tree);
        if (c.tree.epoll >= 0)
                close(c.tree.epoll);
        if (c.signals >= 0)
                close(c.signals);
        listen_close(&c.listener);
        manners_end(&c.before);
        free(library);
        return answer;
}
