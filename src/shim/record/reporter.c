/* Starting the CLI from inside the program: see reporter.h
 *
 * It is not the program's child: a short errand of a short errand, so that no signal and no wait of the program's ever
 * sees it.
 */
#include "shim/record/reporter.h"

#include "bare/number.h"
#include "shim/self/birth.h"
#include "shim/self/glibc.h"
#include "shim/self/next.h"
#include "shim/self/options.h"
#include "shim/sys/errand.h"
#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"
#include "wire/hello.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static bool is_executable(const char *path) { return sys_call(SYS_faccessat, AT_FDCWD, path, X_OK) == 0; }

/* `directory` of `length` bytes, then `tail`, into `ret`. */
static bool path_join(char *ret, const char *directory, size_t length, const char *tail)
{
        size_t n = strlen(tail);
        if (length + n + 1 > REPORTER_PATH_BYTES)
                return false;
        memcpy(ret, directory, length);
        memcpy(ret + length, tail, n + 1);
        return is_executable(ret);
}

/* In a build tree it is ../cli/unfreed from the library, installed it is bin/unfreed of the prefix whose
 * lib/<multiarch>/unfreed or lib/unfreed the library is in; else the first on PATH. */
bool reporter_find(char *ret_path)
{
        Dl_info self;
        if (dladdr((void *)reporter_find, &self) && strchr(self.dli_fname, '/')) {
                size_t directory = (size_t)(strrchr(self.dli_fname, '/') - self.dli_fname);
                static const char *const tails[] = {"/../cli/unfreed", "/../../../bin/unfreed", "/../../bin/unfreed"};
                for (unsigned i = 0; i < sizeof tails / sizeof tails[0]; i++)
                        if (path_join(ret_path, self.dli_fname, directory, tails[i]))
                                return true;
        }
        const char *at = options_environment("PATH");
        while (at && *at) {
                const char *end = strchr(at, ':');
                size_t n = end ? (size_t)(end - at) : strlen(at);
                if (n && path_join(ret_path, at, n, "/unfreed"))
                        return true;
                at = end ? end + 1 : NULL;
        }
        return false;
}

/* The program's environment less what would watch the CLI. The strings are shared, the array is ours. */
static char **environment_filter(size_t *ret_bytes)
{
        size_t n = 0;
        while (environ && environ[n])
                n++;
        *ret_bytes = (n + 2) * sizeof(char *);
        char **out = pages_take(*ret_bytes);
        if (out == NULL)
                return NULL;
        size_t kept = 0;
        for (size_t i = 0; i < n; i++)
                if (strncmp(environ[i], "LD_PRELOAD=", 11) &&
                    strncmp(environ[i], WIRE_RUNNER_ENV "=", sizeof WIRE_RUNNER_ENV) &&
                    strncmp(environ[i], WIRE_OPTIONS_ENV "=", sizeof WIRE_OPTIONS_ENV))
                        out[kept++] = environ[i];
        if (*options_given())
                out[kept++] = (char *)options_given();
        return out;
}

static int cli_exec(void *context)
{
        struct reporter *reporter = context;
        if (reporter->memfd >= 0)
                sys_call(SYS_fcntl, reporter->memfd, F_SETFD, 0);
        if (reporter->out >= 0) {
                sys_call(SYS_dup3, reporter->out, 1, 0);
                sys_call(SYS_dup3, reporter->out, 2, 0);
        }
        sys_call(SYS_rt_sigprocmask, SIG_SETMASK, &reporter->mask, NULL, sizeof reporter->mask);
        reporter->result = sys_call(SYS_execve, reporter->path, reporter->argv, reporter->envp);
        return 127;
}

/* The parent of the CLI, so that its end raises SIGCHLD there and not in the program. */
static int cli_errand(void *context)
{
        int raw = errand_run(cli_exec, context);
        return raw >= 0 && (raw & 0x7f) == 0 ? raw >> 8 & 0xff : 127;
}

int reporter_run(struct reporter *reporter)
{
        size_t environment_bytes;
        reporter->envp = environment_filter(&environment_bytes);
        if (reporter->envp == NULL)
                return -1;
        sys_call(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &reporter->mask, sizeof reporter->mask);
        int raw = errand_run(cli_errand, reporter);
        pages_give(reporter->envp, environment_bytes);
        return raw >= 0 && reporter->result == 0 && (raw & 0x7f) == 0 ? raw >> 8 & 0xff : -1;
}
