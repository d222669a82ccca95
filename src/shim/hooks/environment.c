/* What a new image's environment must hold, so that it is followed, or must not
 *
 * Test runners and daemons start their children with an environment made anew, and a leak in such a child would be
 * nobody's. So where there is a runner, what an exec gives its new image is completed by the preload and the runner's
 * address. Who takes the preload out of an environment that is otherwise handed on, or puts another in its place, means
 * it, and is left alone; the runner is told.
 * A program that our library would harm (unwatched.c), or that is started where its path leads to nothing, so that
 * ld.so would complain, is given an LD_PRELOAD without it, the rest as it is.
 */
#include "shim/hooks/environment.h"

#include "bare/sanitizer.h"
#include "shim/self/birth.h"
#include "shim/self/glibc.h"
#include "shim/self/options.h"
#include "shim/sys/syscall.h"
#include "wire/hello.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

enum { KEPT_BYTES = 4096, REACHED_BYTES = 512 };

#define PRELOAD "LD_PRELOAD="
static char preload[KEPT_BYTES], runner[KEPT_BYTES];
static char *const nothing[] = {NULL};

/* Our file's name without its folder, as ld.so was told it: of what LD_PRELOAD names by that, it loaded us. */
static char own_name[256];
static size_t own_length;

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

static void own_name_keep(void)
{
        Dl_info own;
        const char *slash = dladdr(own_name, &own) && own.dli_fname ? strrchr(own.dli_fname, '/') : NULL;
        size_t n = slash ? strlen(slash + 1) : 0;
        if (n == 0 || n >= sizeof own_name)
                return;
        memcpy(own_name, slash + 1, n);
        own_length = n;
}

void environment_init(void)
{
        own_name_keep();
        keep(preload, "LD_PRELOAD");
        keep(runner, WIRE_RUNNER_ENV);
}

static bool has(char *const envp[], const char *name, size_t length)
{
        for (; *envp; envp++)
                if (!strncmp(*envp, name, length))
                        return true;
        return false;
}

static bool has_runner(char *const envp[]) { return has(envp, WIRE_RUNNER_ENV "=", sizeof WIRE_RUNNER_ENV); }
static bool has_options(char *const envp[]) { return has(envp, WIRE_OPTIONS_ENV "=", sizeof WIRE_OPTIONS_ENV); }

/* The value of LD_PRELOAD, where this entry is it. */
static const char *preload_of(const char *entry)
{
        return strncmp(entry, PRELOAD, sizeof PRELOAD - 1) == 0 ? entry + sizeof PRELOAD - 1 : NULL;
}

static bool is_between(char c) { return c == ':' || c == ' '; }

/* The length of the first name in this value, and whether it is ours. */
static size_t name_length(const char *value, bool *ret_is_own)
{
        size_t n = 0, name = 0;
        for (; value[n] && !is_between(value[n]); n++)
                if (value[n] == '/')
                        name = n + 1;
        *ret_is_own = own_length && n - name == own_length && memcmp(value + name, own_name, own_length) == 0;
        return n;
}

static bool has_own(const char *value)
{
        for (bool is_own; *value; value += is_between(*value)) {
                value += name_length(value, &is_own);
                if (is_own)
                        return true;
        }
        return false;
}

/* An entry without our library, whose end is returned; that of a value of which nothing is left is where it began. */
static char *without_own(const char *value, char *ret_entry)
{
        char *end = ret_entry + sizeof PRELOAD - 1;
        memcpy(ret_entry, PRELOAD, sizeof PRELOAD - 1);
        while (*value) {
                bool is_own;
                size_t n = name_length(value, &is_own);
                n += is_between(value[n]);
                if (!is_own) {
                        memcpy(end, value, n);
                        end += n;
                }
                value += n;
        }
        *end = 0;
        return end - ret_entry == sizeof PRELOAD - 1 ? ret_entry : end + 1;
}

/* The value of LD_PRELOAD in it; NULL = there is none. */
static const char *preload_in(char *const envp[])
{
        const char *value = NULL;
        for (; *envp && !value; envp++)
                value = preload_of(*envp);
        return value;
}

/* One that keeps the preload alone, as lists of what is let through do, lacks the runner's address. */
static bool is_lacking(char *const envp[])
{
        const char *value = preload_in(envp);
        return birth_has_runner() && options.children && preload[0] && runner[0] && !has_runner(envp) &&
               (!value || has_own(value));
}

bool environment_drops(char *const envp[])
{
        const char *value = envp ? preload_in(envp) : NULL;
        return preload[0] && envp && !is_lacking(envp) && !(value && has_own(value));
}

size_t environment_bytes(char *const envp[], bool apart)
{
        envp = envp ? envp : nothing;
        size_t n = 0, text = 0;
        for (; envp[n]; n++) {
                const char *value = preload_of(envp[n]);
                if (value && apart && has_own(value))
                        text += strlen(envp[n]) + 1;
        }
        if (apart)
                return text ? (n + 1) * sizeof(char *) + text : 0;
        return is_lacking(envp) ? (n + 4) * sizeof(char *) : 0;
}

static void fill_apart(char *const envp[], char **ret_envp)
{
        size_t n = 0;
        while (envp[n])
                n++;
        for (char *text = (char *)(ret_envp + n + 1); *envp; envp++) {
                const char *value = preload_of(*envp);
                if (!value || !has_own(value)) {
                        *ret_envp++ = *envp;
                        continue;
                }
                char *end = without_own(value, text);
                if (end != text)
                        *ret_envp++ = text;
                text = end;
        }
        *ret_envp = NULL;
}

void environment_fill(char *const envp[], bool apart, char **ret_envp)
{
        size_t n = 0;
        envp = envp ? envp : nothing;
        if (apart) {
                fill_apart(envp, ret_envp);
                return;
        }
        while (envp[n]) {
                ret_envp[n] = envp[n];
                n++;
        }
        if (!preload_in(envp))
                ret_envp[n++] = preload;
        ret_envp[n++] = runner;
        if (!has_options(envp) && *options_given())
                ret_envp[n++] = (char *)options_given();
        ret_envp[n] = NULL;
}

/* A name that is looked for along the loader's paths, or one too long for this stack, is taken to be there. */
static bool is_reachable(const char *name, size_t length)
{
        char path[REACHED_BYTES];
        if (name[0] != '/' || length >= sizeof path)
                return true;
        memcpy(path, name, length);
        path[length] = 0;
        long fd = sys_call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        if (!sys_failed(fd))
                sys_call(SYS_close, fd);
        return fd != -ENOENT && fd != -ENOTDIR && fd != -EACCES;
}

bool environment_reaches(char *const envp[])
{
        envp = envp ? envp : nothing;
        const char *value = preload_in(envp);
        if (!value && is_lacking(envp))
                value = preload_of(preload);
        for (bool is_own; value && *value; value += is_between(*value)) {
                size_t n = name_length(value, &is_own);
                if (is_own && !is_reachable(value, n))
                        return false;
                value += n;
        }
        return true;
}

bool environment_preloads_sanitizer(char *const envp[])
{
        for (envp = envp ? envp : nothing; *envp; envp++) {
                const char *value = preload_of(*envp);
                if (value && sanitizer_of_preload(value))
                        return true;
        }
        return false;
}
