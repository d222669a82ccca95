/* The report when there is no runner
 *
 * The CLI, where it can be found, is started on the arena's descriptor and does all the rest.
 */
#include "shim/record/report.h"

#include "bare/number.h"
#include "shim/arena/arena.h"
#include "shim/record/plain.h"
#include "shim/self/birth.h"
#include "shim/self/glibc.h"
#include "shim/self/next.h"
#include "shim/self/options.h"
#include "shim/sys/errand.h"
#include "shim/sys/message.h"
#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"
#include "wire/hello.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, ARGUMENTS = 8, GATING_STATUS = 23 };

struct start {
        char path[PATH_BYTES];
        char fd_argument[64];
        char *argv[ARGUMENTS];
        char **envp;
        int memfd;
        uint64_t mask; /* the program's blocked signals, for the CLI */
        long result;
};

static bool is_executable(const char *path) { return sys_call(SYS_faccessat, AT_FDCWD, path, X_OK) == 0; }

/* `directory` of `length` bytes, then `tail`, into `ret`. */
static bool path_join(char *ret, const char *directory, size_t length, const char *tail)
{
        size_t n = strlen(tail);
        if (length + n + 1 > PATH_BYTES)
                return false;
        memcpy(ret, directory, length);
        memcpy(ret + length, tail, n + 1);
        return is_executable(ret);
}

/* In a build tree it is ../cli/unfreed from the library, installed it is bin/unfreed of the prefix whose
 * lib/<multiarch>/unfreed or lib/unfreed the library is in; else the first on PATH. */
static bool cli_find(char *ret_path)
{
        Dl_info self;
        if (dladdr((void *)report_end, &self) && strchr(self.dli_fname, '/')) {
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
        *ret_bytes = (n + 1) * sizeof(char *);
        char **out = pages_take(*ret_bytes);
        if (out == NULL)
                return NULL;
        size_t kept = 0;
        for (size_t i = 0; i < n; i++)
                if (strncmp(environ[i], "LD_PRELOAD=", 11) && strncmp(environ[i], WIRE_RUNNER_ENV "=", sizeof WIRE_RUNNER_ENV))
                        out[kept++] = environ[i];
        return out;
}

static int cli_exec(void *context)
{
        struct start *start = context;
        sys_call(SYS_fcntl, start->memfd, F_SETFD, 0);
        sys_call(SYS_rt_sigprocmask, SIG_SETMASK, &start->mask, NULL, sizeof start->mask);
        start->result = sys_call(SYS_execve, start->path, start->argv, start->envp);
        return 127;
}

/* The parent of the CLI, so that its end raises SIGCHLD there and not in the program. */
static int cli_errand(void *context)
{
        int raw = errand_run(cli_exec, context);
        return raw >= 0 && (raw & 0x7f) == 0 ? raw >> 8 & 0xff : 127;
}

/* Exit status of the CLI; -1 when it could not be run. */
static int cli_run(struct start *start)
{
        size_t environment_bytes;
        start->envp = environment_filter(&environment_bytes);
        if (start->envp == NULL)
                return -1;
        sys_call(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &start->mask, sizeof start->mask);
        int raw = errand_run(cli_errand, start);
        pages_give(start->envp, environment_bytes);
        return raw >= 0 && start->result == 0 && (raw & 0x7f) == 0 ? raw >> 8 & 0xff : -1;
}

bool report_end(void)
{
        if (birth_has_runner())
                return false;
        static struct start start; /* too large for an unknown stack; only one thread ends the process */
        start.result = 0;
        start.memfd = birth_memfd();
        int status = -1;
        if (start.memfd >= 0 && cli_find(start.path)) {
                memcpy(start.fd_argument, "--arena-fd=", sizeof "--arena-fd=");
                number_decimal(start.fd_argument + sizeof "--arena-fd=" - 1, (uint64_t)start.memfd);
                char *arguments[] = {start.path, "report", start.fd_argument, NULL};
                memcpy(start.argv, arguments, sizeof arguments);
                status = cli_run(&start);
        }
        if (status < 0)
                plain_report();
        return status == GATING_STATUS;
}
