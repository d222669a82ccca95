/* The program under us, started as its user would start it: see spawn.h */
#include "cli/collect/spawn.h"

#include "cli/collect/status.h"
#include "cli/say/say.h"
#include "wire/hello.h"
#include "wire/option.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* What somebody sends us goes to the program: whoever holds our pid (a supervisor, timeout) means it. As the first
 * process of a container we are whom the world sends everything to, even what shells send to groups all the time. */
static bool is_passed_on(int signal)
{
        static const int passed_on[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1,   SIGUSR2, SIGCONT,
                                        SIGWINCH, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGURG, SIGTSTP};
        for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
                if (signal == passed_on[i])
                        return true;
        return signal >= SIGRTMIN && signal <= SIGRTMAX;
}

void manners_passed_on(sigset_t *ret_signals)
{
        sigemptyset(ret_signals);
        for (int signal = 1; signal < NSIG; signal++)
                if (is_passed_on(signal))
                        sigaddset(ret_signals, signal);
}

bool manners_pass_on(const struct manners *before, const struct signalfd_siginfo *signal)
{
        if (signal->ssi_code == SI_KERNEL)
                return false; /* from the terminal: then the program has it too */
        /* One from outside of our container comes from process 0. */
        bool from_watcher = before->watcher > 0 && signal->ssi_pid == (uint32_t)before->watcher;
        return !from_watcher && is_passed_on((int)signal->ssi_signo);
}

void manners_stop(struct manners *before, pid_t program, int signal)
{
        enum { LOOK_US = 20000 };
        pid_t runner = getpid(), watcher = fork();
        if (watcher == 0) {
                setpgid(0, 0); /* it is not meant by who stops the group */
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                while (getppid() == runner && status_state(program) == 'T')
                        usleep(LOOK_US);
                kill(runner, SIGCONT);
                _exit(0);
        }
        before->watcher = watcher;
        struct sigaction standard = {.sa_handler = SIG_DFL}, now;
        sigset_t only, masked;
        sigemptyset(&only);
        sigaddset(&only, signal);
        bool changed = sigaction(signal, &standard, &now) == 0; /* not of SIGSTOP */
        raise(signal);
        sigprocmask(SIG_UNBLOCK, &only, &masked); /* here we stop */
        sigprocmask(SIG_SETMASK, &masked, NULL);
        if (changed)
                sigaction(signal, &now, NULL);
        if (watcher > 0) {
                kill(watcher, SIGKILL);
                while (waitpid(watcher, NULL, 0) < 0 && errno == EINTR)
                        ;
        }
}

int manners_begin(struct manners *before)
{
        struct sigaction ignore = {.sa_handler = SIG_IGN}, standard = {.sa_handler = SIG_DFL};
        sigset_t child;
        before->is_init = getpid() == 1;
        sigaction(SIGINT, &ignore, &before->interrupt);
        sigaction(SIGQUIT, &ignore, &before->quit);
        sigaction(SIGXFSZ, &ignore, &before->file_size);
        sigaction(SIGCHLD, &standard, &before->child); /* were it ignored, nobody could be waited for */
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        for (int signal = 1; signal < NSIG; signal++)
                if (is_passed_on(signal))
                        sigaddset(&child, signal);
        sigprocmask(SIG_BLOCK, &child, &before->mask);

        getrlimit(RLIMIT_NOFILE, &before->descriptors);
        struct rlimit many = before->descriptors;
        many.rlim_cur = many.rlim_max;
        setrlimit(RLIMIT_NOFILE, &many);
        prctl(PR_SET_CHILD_SUBREAPER, 1);

        int fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
        return fd >= 0 ? fd : say_error("no descriptor for signals: %s", strerror(errno));
}

void manners_end(const struct manners *before)
{
        setrlimit(RLIMIT_NOFILE, &before->descriptors);
        sigaction(SIGINT, &before->interrupt, NULL);
        sigaction(SIGQUIT, &before->quit, NULL);
        sigaction(SIGXFSZ, &before->file_size, NULL);
        sigaction(SIGCHLD, &before->child, NULL);
        sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

static char *variable(const char *name, const char *first, char between, const char *second)
{
        char *text = NULL;
        bool both = *first && *second;
        int n = both ? asprintf(&text, "%s=%s%c%s", name, first, between, second)
                     : asprintf(&text, "%s=%s%s", name, first, second);
        return n < 0 ? NULL : text;
}

/* Is `library` one of the names in this value of LD_PRELOAD (separated by spaces or colons)? */
static bool preload_has(const char *value, const char *library)
{
        size_t length = strlen(library);
        for (const char *at = value; (at = strstr(at, library)) != NULL; at++) {
                bool begins = at == value || at[-1] == ':' || at[-1] == ' ';
                if (begins && (at[length] == '\0' || at[length] == ':' || at[length] == ' '))
                        return true;
        }
        return false;
}

static bool is_variable(const char *entry, const char *name)
{
        size_t length = strlen(name);
        return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

/* The user's environment with our three variables, which alone are freed with it. */
struct environment {
        char **all; /* NULL without memory */
        char *made[3];
};

static void environment_free(struct environment *environment)
{
        for (size_t i = 0; i < sizeof environment->made / sizeof *environment->made; i++)
                free(environment->made[i]);
        free(environment->all);
}

/* The variable LD_PRELOAD of this value without our library. */
static char *preload_without(const char *value, const char *library)
{
        char *rest = calloc(1, sizeof "LD_PRELOAD=" + strlen(value));
        char *end = rest ? stpcpy(rest, "LD_PRELOAD=") : NULL;
        while (rest && *value) {
                size_t n = strcspn(value, ": "), between = value[n] != '\0';
                if (n != strlen(library) || memcmp(value, library, n) != 0)
                        end = mempcpy(end, value, n + between);
                value += n + between;
        }
        return rest;
}

/* Our library is in the user's own only where the user put it there. */
static struct environment environment_apart(const char *preload, const char *library)
{
        struct environment made = {.made = {preload_without(preload, library)}};
        bool had = preload_has(preload, library);
        size_t n = 0, m = 0;
        while (environ[n])
                n++;
        made.all = made.made[0] ? calloc(n + 1, sizeof *made.all) : NULL;
        for (size_t i = 0; made.all && i < n; i++)
                if (!had || !is_variable(environ[i], "LD_PRELOAD"))
                        made.all[m++] = environ[i];
                else if (made.made[0][sizeof "LD_PRELOAD"]) /* what is after the = */
                        made.all[m++] = made.made[0];
        return made;
}

static struct environment environment_make(const struct spawn *spawn)
{
        const char *preload = getenv("LD_PRELOAD"), *options = getenv(WIRE_OPTIONS_ENV);
        preload = preload ? preload : "";
        if (spawn->apart)
                return environment_apart(preload, spawn->library);
        bool had = preload_has(preload, spawn->library);
        struct environment made = {.made = {variable("LD_PRELOAD", had ? "" : spawn->library, ':', preload),
                                            variable(WIRE_RUNNER_ENV, "", ' ', spawn->runner),
                                            variable(WIRE_OPTIONS_ENV, options ? options : "", ':', spawn->options)}};
        size_t n = 0, m = 0;
        while (environ[n])
                n++;
        made.all = calloc(n + 4, sizeof *made.all);
        if (!made.all || !made.made[0] || !made.made[1] || !made.made[2]) {
                environment_free(&made);
                return (struct environment){0};
        }
        for (size_t i = 0; i < n; i++)
                if (!is_variable(environ[i], "LD_PRELOAD") && !is_variable(environ[i], WIRE_RUNNER_ENV) &&
                    !is_variable(environ[i], WIRE_OPTIONS_ENV))
                        made.all[m++] = environ[i];
        made.all[m++] = made.made[0];
        made.all[m++] = made.made[1];
        if (options || *spawn->options)
                made.all[m] = made.made[2];
        return made;
}

/* In the child; ends it. `report` is closed by a successful exec. */
static void __attribute__((noreturn))
program_become(const struct spawn *spawn, char **environment, const struct manners *before, int report)
{
        manners_end(before);
        execvpe(spawn->argv[0], spawn->argv, environment);
        int error = errno;
        if (write(report, &error, sizeof error) < 0)
                _exit(126);
        _exit(127);
}

pid_t spawn_program(const struct spawn *spawn, const struct manners *before, int *ret_errno)
{
        int report[2], error = 0;
        struct environment environment = environment_make(spawn);
        if (!environment.all || pipe2(report, O_CLOEXEC) < 0) {
                say_error("%s could not be started: %s", spawn->argv[0], strerror(errno));
                environment_free(&environment);
                return -1;
        }
        pid_t pid = fork();
        if (pid == 0)
                program_become(spawn, environment.all, before, report[1]);
        environment_free(&environment);
        close(report[1]);
        if (pid < 0) {
                close(report[0]);
                return say_error("%s could not be started: %s", spawn->argv[0], strerror(errno));
        }
        ssize_t got;
        do
                got = read(report[0], &error, sizeof error); /* ends when exec closes the other side */
        while (got < 0 && errno == EINTR);
        close(report[0]);
        if (got != sizeof error)
                return pid;
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                ;
        *ret_errno = error;
        return 0;
}
