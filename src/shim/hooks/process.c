/* The doors of a process: fork, exec, exit
 *
 * Exits run our judgement last: the constructor registers a handler before the program has registered any, and before
 * the C library registers ld.so's destructor run (csu/libc-start.c registers it from _start, after constructors), so it
 * is called after all of them. exit() is a door only to note where the stack ended when it was called.
 */
#include "shim/hooks/door.h"
#include "shim/hooks/environment.h"
#include "shim/hooks/unwatched.h"
#include "shim/leak/judge.h"
#include "shim/record/image.h"
#include "shim/record/report.h"
#include "shim/self/birth.h"
#include "shim/self/life.h"
#include "shim/self/options.h"
#include "shim/sys/syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static uintptr_t exit_sp; /* of the program's own call of exit(), 0 = it returned from main */

/* With no runner to set the status, the option exitcode does. A second exit() does what the first has not done yet, and
 * flushes stdio without its locks, which a thread that reads may hold (stdlib/exit.c, libio/genops.c). */
static void exit_with_code_if_asked(bool gating, void (*again)(int status))
{
        if (gating && options.exitcode != 0)
                again(options.exitcode);
}

/* Where it returned from main the frames of the C library that run us lie upon main's, and what they leave unwritten
 * still shows main's words: none of theirs counts. The registers that they saved were not main's any more. */
#define SP_AT_EXIT() (exit_sp ? exit_sp : sp_below_main(STACK_START_HERE(), JUDGE_SP_HERE()))

static uintptr_t sp_below_main(struct stack_start start, uintptr_t own)
{
        /* A fork child that never had an event has no arena to enter a module in. */
        uintptr_t sp = next_begin() && life_owner() ? stack_sp_below_main(&thread_self, &start) : 0;
        return sp ? sp : own;
}

static void at_exit(int status, void *unused)
{
        uintptr_t sp = SP_AT_EXIT();
        exit_with_code_if_asked(image_end_exit(status, sp), next_exit);
}

static void at_quick_exit_last(void)
{
        uintptr_t sp = exit_sp ? exit_sp : JUDGE_SP_HERE();
        exit_with_code_if_asked(image_end_exit(0, sp), next_quick_exit);
}

__attribute__((constructor)) static void process_begin(void)
{
        if (!next_begin())
                return;
        environment_init();
        /* Wanted even by a program that never allocates: its runner asks why it hears nothing. */
        record_begin(&thread_self);
        fail_init();
        thread_quiet_begin(&thread_self);
        on_exit(at_exit, NULL);
        at_quick_exit(at_quick_exit_last);
        pthread_atfork(NULL, NULL, life_fork_end_child); /* before handlers of the program's, which may allocate */
        thread_quiet_end(&thread_self);
}

DOOR void exit(int status)
{
        exit_sp = JUDGE_SP_HERE();
        next_begin();
        next_exit(status);
        __builtin_unreachable();
}

DOOR void quick_exit(int status)
{
        exit_sp = JUDGE_SP_HERE();
        next_begin();
        next_quick_exit(status);
        __builtin_unreachable();
}

/* Without us there would be nobody left for a signal to kill. */
static void signals_hold_off(void)
{
        uint64_t all = ~UINT64_C(0);
        if (birth_has_runner() && life_owner())
                sys_call(SYS_rt_sigprocmask, SIG_BLOCK, &all, NULL, sizeof all);
}

__attribute__((noreturn)) static void exit_now(int status, uintptr_t sp)
{
        next_begin();
        signals_hold_off();
        bool gating = image_end_exit(status, sp);
        next__exit(gating && options.exitcode ? options.exitcode : status);
        __builtin_unreachable();
}

DOOR void _exit(int status) { exit_now(status, JUDGE_SP_HERE()); }
DOOR void _Exit(int status) { exit_now(status, JUDGE_SP_HERE()); }

static pid_t fork_with(pid_t (*next)(void), const struct stack_start *start)
{
        struct thread *self = &thread_self;
        struct life_inside inside = {0};
        if (life_owner())
                inside.sp = stack_sp_interrupted(self, start, &inside.signal_word);
        self->forks_inside = inside.sp ? &inside : NULL;
        life_fork_begin();
        pid_t child = next();
        if (child == 0)
                life_fork_end_child();
        self->forks_inside = NULL;
        return child;
}

DOOR pid_t fork(void)
{
        struct stack_start start = STACK_START_HERE();
        next_begin();
        return fork_with(next_fork, &start);
}

DOOR pid_t _Fork(void);
DOOR pid_t _Fork(void)
{
        struct stack_start start = STACK_START_HERE();
        next_begin();
        return fork_with(next__Fork ? next__Fork : next_fork, &start);
}

/* glibc's own leaves by an internal _exit, past our door (misc/daemon.c); this is daemon(3) through the doors. */
DOOR int daemon(int keep_directory, int keep_streams)
{
        pid_t child = fork();
        if (child < 0)
                return -1;
        if (child > 0)
                _exit(0);
        if (setsid() < 0 || (!keep_directory && chdir("/") < 0))
                return -1;
        if (keep_streams)
                return 0;
        int null = open(_PATH_DEVNULL, O_RDWR);
        if (null < 0)
                return -1;
        for (int i = 0; i <= 2; i++)
                dup2(null, i);
        if (null > 2)
                close(null);
        return 0;
}

/* What the new image is given may be held by nothing but the call, and is said apart. The door's frame does not count: the
 * prologue of one that takes a list stores all argument registers there, and what a function before it left in them. */
#define JUDGE_BEFORE_EXEC(...)                                                                                         \
        do {                                                                                                           \
                const void *given[] = {__VA_ARGS__};                                                                   \
                image_end_exec(JUDGE_SP_HERE(), given, sizeof given);                                                  \
        } while (0)

/* All forms of exec lead to one of three that take vectors. What comes back is a failure. */
static int exec_failed(int result, const struct unwatched *unwatched)
{
        int error = errno;
        image_exec_failed();
        unwatched_failed(unwatched);
        errno = error;
        return result;
}

DOOR int execve(const char *path, char *const argv[], char *const envp[])
{
        next_begin();
        JUDGE_BEFORE_EXEC(path, argv, envp);
        struct unwatched unwatched;
        unwatched_begin(&unwatched, path, false, envp);
        return exec_failed(next_execve(path, argv, ENVIRONMENT_FOR(envp, unwatched.apart)), &unwatched);
}

DOOR int execv(const char *path, char *const argv[])
{
        next_begin();
        JUDGE_BEFORE_EXEC(path, argv);
        struct unwatched unwatched;
        unwatched_begin(&unwatched, path, false, environ);
        return exec_failed(next_execve(path, argv, ENVIRONMENT_FOR(environ, unwatched.apart)), &unwatched);
}

DOOR int execvp(const char *file, char *const argv[])
{
        next_begin();
        JUDGE_BEFORE_EXEC(file, argv);
        struct unwatched unwatched;
        unwatched_begin(&unwatched, file, true, environ);
        return exec_failed(next_execvpe(file, argv, ENVIRONMENT_FOR(environ, unwatched.apart)), &unwatched);
}

DOOR int execvpe(const char *file, char *const argv[], char *const envp[])
{
        next_begin();
        JUDGE_BEFORE_EXEC(file, argv, envp);
        struct unwatched unwatched;
        unwatched_begin(&unwatched, file, true, envp);
        return exec_failed(next_execvpe(file, argv, ENVIRONMENT_FOR(envp, unwatched.apart)), &unwatched);
}

DOOR int fexecve(int fd, char *const argv[], char *const envp[])
{
        next_begin();
        JUDGE_BEFORE_EXEC(argv, envp);
        struct unwatched unwatched;
        unwatched_begin_descriptor(&unwatched, fd, envp);
        return exec_failed(next_fexecve(fd, argv, ENVIRONMENT_FOR(envp, unwatched.apart)), &unwatched);
}

DOOR int execveat(int folder, const char *path, char *const argv[], char *const envp[], int flags);
DOOR int execveat(int folder, const char *path, char *const argv[], char *const envp[], int flags)
{
        next_begin();
        JUDGE_BEFORE_EXEC(path, argv, envp);
        struct unwatched unwatched;
        const char *name = path;
        __asm__("" : "+r"(name)); /* which a header says is never NULL: by the number of the system call it may be */
        bool by_name = name && (*name == '/' || (*name && folder == AT_FDCWD));
        if (by_name)
                unwatched_begin(&unwatched, path, false, envp);
        else /* by its descriptor, or below a folder, which we do not look for: that says nothing */
                unwatched_begin_descriptor(&unwatched, name && !*name && flags & AT_EMPTY_PATH ? folder : -1, envp);
        char *const *environment = ENVIRONMENT_FOR(envp, unwatched.apart);
        int result = next_execveat ? next_execveat(folder, path, argv, environment, flags)
                                   : (int)next_syscall(SYS_execveat, folder, (long)path, (long)argv, (long)environment, flags, 0);
        return exec_failed(result, &unwatched);
}

/* The list forms: arguments up to NULL, counted first, then laid out on the stack, since a vfork child may not allocate.
 * A macro, because that stack must be the door's own. `list` is left standing after the NULL. In front of the arguments is
 * room for what else the new image is given. */
enum { IN_FRONT = 2 };

#define LIST_TO_VECTOR(first, list, ret_argv)                                                                          \
        va_start(list, first);                                                                                         \
        size_t n_arguments = 1;                                                                                        \
        while (va_arg(list, char *))                                                                                   \
                n_arguments++;                                                                                         \
        va_end(list);                                                                                                  \
        char **ret_argv = (char **)__builtin_alloca((IN_FRONT + n_arguments + 1) * sizeof(char *)) + IN_FRONT;         \
        ret_argv[0] = (char *)first;                                                                                   \
        va_start(list, first);                                                                                         \
        for (size_t i = 1; i <= n_arguments; i++)                                                                      \
                ret_argv[i] = va_arg(list, char *)

#define JUDGE_BEFORE_EXEC_OF_LIST(path, argv, envp)                                                                    \
        do {                                                                                                           \
                argv[-1] = (char *)(path);                                                                             \
                argv[-2] = (char *)(envp);                                                                             \
                image_end_exec(JUDGE_SP_HERE(), argv - IN_FRONT, (IN_FRONT + n_arguments) * sizeof *argv);             \
        } while (0)

DOOR int execl(const char *path, const char *first, ...)
{
        va_list list;
        LIST_TO_VECTOR(first, list, argv);
        va_end(list);
        next_begin();
        JUDGE_BEFORE_EXEC_OF_LIST(path, argv, NULL);
        struct unwatched unwatched;
        unwatched_begin(&unwatched, path, false, environ);
        return exec_failed(next_execve(path, argv, ENVIRONMENT_FOR(environ, unwatched.apart)), &unwatched);
}

DOOR int execlp(const char *file, const char *first, ...)
{
        va_list list;
        LIST_TO_VECTOR(first, list, argv);
        va_end(list);
        next_begin();
        JUDGE_BEFORE_EXEC_OF_LIST(file, argv, NULL);
        struct unwatched unwatched;
        unwatched_begin(&unwatched, file, true, environ);
        return exec_failed(next_execvpe(file, argv, ENVIRONMENT_FOR(environ, unwatched.apart)), &unwatched);
}

DOOR int execle(const char *path, const char *first, ...)
{
        va_list list;
        LIST_TO_VECTOR(first, list, argv);
        char *const *envp = va_arg(list, char *const *);
        va_end(list);
        next_begin();
        JUDGE_BEFORE_EXEC_OF_LIST(path, argv, envp);
        struct unwatched unwatched;
        unwatched_begin(&unwatched, path, false, envp);
        return exec_failed(next_execve(path, argv, ENVIRONMENT_FOR(envp, unwatched.apart)), &unwatched);
}

static int spawned(int result, pid_t *ret_pid, pid_t child, const struct unwatched *unwatched)
{
        if (result != 0)
                return result;
        if (ret_pid)
                *ret_pid = child;
        unwatched_spawned(unwatched, child);
        return 0;
}

/* A spawned child is our memory until it is another image; only its environment concerns us. */
DOOR int posix_spawn(pid_t *ret_pid, const char *path, const posix_spawn_file_actions_t *actions,
                     const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
        next_begin();
        pid_t child;
        struct unwatched unwatched;
        unwatched_look(&unwatched, path, false, envp);
        int result = next_posix_spawn(&child, path, actions, attributes, argv, ENVIRONMENT_FOR(envp, unwatched.apart));
        return spawned(result, ret_pid, child, &unwatched);
}

DOOR int posix_spawnp(pid_t *ret_pid, const char *file, const posix_spawn_file_actions_t *actions,
                      const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
        next_begin();
        pid_t child;
        struct unwatched unwatched;
        unwatched_look(&unwatched, file, true, envp);
        int result = next_posix_spawnp(&child, file, actions, attributes, argv, ENVIRONMENT_FOR(envp, unwatched.apart));
        return spawned(result, ret_pid, child, &unwatched);
}
