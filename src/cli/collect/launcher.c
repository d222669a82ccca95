/* The script that stands before an interpreter: ask it once where it leads */
#include "cli/collect/launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
        ANSWER_MOST = 8 << 20, /* bytes; an environment is at most 6 MiB (execve(2)) */
        PATIENCE_MS = 10000,
};

/* NUL after each: the interpreter, then its environment. */
static const char question[] = "import os,sys\n"
                               "sys.stdout.buffer.write(b'\\0'.join([os.fsencode(sys.executable)]+"
                               "[k+b'='+v for k,v in os.environb.items()])+b'\\0')\n";

static bool begins_with(const char *path, const char *magic, size_t n)
{
        char head[4];
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        bool does = fd >= 0 && read(fd, head, n) == (ssize_t)n && memcmp(head, magic, n) == 0;
        if (fd >= 0)
                close(fd);
        return does;
}

static bool is_launcher(const char *path)
{
        const char *name = strrchr(path, '/');
        return name && name - path >= 6 && strncmp(name - 6, "/shims", 6) == 0 && strncmp(name + 1, "python", 6) == 0 &&
               access(path, X_OK) == 0 && begins_with(path, "#!", 2);
}

/* What execvp() would run, if that is a launcher; to be freed. */
static char *find_launcher(const char *program)
{
        if (strchr(program, '/'))
                return is_launcher(program) ? strdup(program) : NULL;
        if (strncmp(program, "python", 6) != 0)
                return NULL;
        const char *path = getenv("PATH");
        while (path && *path) {
                size_t n = strcspn(path, ":");
                char *candidate;
                if (asprintf(&candidate, "%.*s/%s", (int)n, path, program) < 0)
                        return NULL;
                if (access(candidate, X_OK) == 0) {
                        if (is_launcher(candidate))
                                return candidate;
                        free(candidate);
                        return NULL;
                }
                free(candidate);
                path += n + (path[n] == ':');
        }
        return NULL;
}

static void __attribute__((noreturn)) ask_as_child(char *launcher, int answer)
{
        int nothing = open("/dev/null", O_RDWR);
        char *argv[] = {launcher, "-c", (char *)question, NULL};
        if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(answer, 1) < 0 || dup2(nothing, 2) < 0)
                _exit(127);
        execv(launcher, argv);
        _exit(127);
}

static long now_ms(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* All that comes until the other side is closed; NULL: nothing, too much, or too late. */
static char *read_answer(int fd, size_t *ret_n)
{
        size_t n = 0, capacity = 1 << 16;
        char *text = malloc(capacity);
        for (long until = now_ms() + PATIENCE_MS, left; text && (left = until - now_ms()) > 0;) {
                struct pollfd wait = {.fd = fd, .events = POLLIN};
                if (poll(&wait, 1, (int)left) <= 0)
                        continue;
                ssize_t got = read(fd, text + n, capacity - n);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got == 0 && n && text[n - 1] == '\0') {
                        *ret_n = n;
                        return text;
                }
                if (got <= 0)
                        break;
                n += (size_t)got;
                if (n == capacity) {
                        char *more = capacity < ANSWER_MOST ? realloc(text, capacity *= 2) : NULL;
                        if (!more)
                                break;
                        text = more;
                }
        }
        free(text);
        return NULL;
}

static char *ask(char *launcher, size_t *ret_n)
{
        int answer[2];
        if (pipe2(answer, O_CLOEXEC) < 0)
                return NULL;
        pid_t pid = fork();
        if (pid == 0)
                ask_as_child(launcher, answer[1]);
        close(answer[1]);
        char *text = pid > 0 ? read_answer(answer[0], ret_n) : NULL;
        close(answer[0]);
        int status = 0;
        if (pid > 0 && !text)
                kill(pid, SIGKILL);
        while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        if (text && status != 0) {
                free(text);
                return NULL;
        }
        return text;
}

void launcher_pass(char **argv)
{
        char *launcher = find_launcher(argv[0]);
        size_t n = 0, n_strings = 0, i = 0;
        char *text = launcher ? ask(launcher, &n) : NULL;
        free(launcher);
        if (!text || *text != '/' || !begins_with(text, "\177ELF", 4)) {
                free(text);
                return;
        }
        for (size_t at = 0; at < n; at += strlen(text + at) + 1)
                n_strings++;
        char **environment =
                calloc(n_strings, sizeof *environment); /* the first string is the program, the last NULL */
        if (!environment) {
                free(text);
                return;
        }
        for (size_t at = strlen(text) + 1; at < n; at += strlen(text + at) + 1)
                environment[i++] = text + at;
        argv[0] = text;
        environ = environment;
}
