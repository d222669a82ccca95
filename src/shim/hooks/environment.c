/* What a new image's environment must hold, so that it is followed
 *
 * Test runners and daemons start their children with an environment made anew, and a leak in such a child would be
 * nobody's. So where there is a runner, what an exec gives its new image is completed by the preload and the runner's
 * address. Who takes the preload out of an environment that is otherwise handed on means it, and is left alone.
 */
#include "shim/hooks/environment.h"

#include "shim/self/birth.h"
#include "shim/self/options.h"
#include "wire/hello.h"

#include <stdbool.h>
#include <string.h>

enum { KEPT_BYTES = 4096 };

#define PRELOAD "LD_PRELOAD="
static char preload[KEPT_BYTES], runner[KEPT_BYTES], given[KEPT_BYTES];

static void keep(char *ret, const char *name)
{
        const char *value = options_environment(name);
        size_t n = strlen(name), length = value ? strlen(value) : 0;
        if (value == NULL || n + length + 2 > KEPT_BYTES)
                return;
        memcpy(ret, name, n);
        ret[n] = '=';
        memcpy(ret + n + 1, value, length + 1);
}

void environment_init(void)
{
        keep(preload, "LD_PRELOAD");
        keep(runner, WIRE_RUNNER_ENV);
        keep(given, WIRE_OPTIONS_ENV);
}

static bool has(char *const envp[], const char *name, size_t length)
{
        for (; *envp; envp++)
                if (!strncmp(*envp, name, length))
                        return true;
        return false;
}

static bool has_runner(char *const envp[]) { return has(envp, WIRE_RUNNER_ENV "=", sizeof WIRE_RUNNER_ENV); }
static bool has_preload(char *const envp[]) { return has(envp, PRELOAD, sizeof PRELOAD - 1); }
static bool has_options(char *const envp[]) { return has(envp, WIRE_OPTIONS_ENV "=", sizeof WIRE_OPTIONS_ENV); }

size_t environment_lack(char *const envp[])
{
        static char *const nothing[] = {NULL};
        if (!birth_has_runner() || !options.children || !preload[0] || !runner[0])
                return 0;
        if (envp == NULL)
                envp = nothing;
        if (has_runner(envp) || has_preload(envp))
                return 0;
        size_t n = 0;
        while (envp[n])
                n++;
        return n + 4;
}

void environment_fill(char *const envp[], char **ret_envp)
{
        size_t n = 0;
        static char *const nothing[] = {NULL};
        if (envp == NULL)
                envp = nothing;
        while (envp[n]) {
                ret_envp[n] = envp[n];
                n++;
        }
        ret_envp[n++] = preload;
        ret_envp[n++] = runner;
        if (!has_options(envp) && given[0])
                ret_envp[n++] = given;
        ret_envp[n] = NULL;
}
