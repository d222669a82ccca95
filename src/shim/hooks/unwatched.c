/* Programs that a process becomes and nobody watches: see unwatched.h
 *
 * The runner hears of a process when our library is loaded into it. Of one into which it cannot be, it would hear
 * nothing and report as if there were nothing to say. Another dies of our library (bare/sanitizer.c), or would not find
 * it and complain (environment.c). So whoever executes a program looks at its file before. Why it is not watched the
 * runner finds out itself (cli/collect/obstacle.c); here it is a question of yes or no. All by the kernel and on the
 * stack: this may run between vfork and exec.
 */
#include "shim/hooks/unwatched.h"

#include "bare/sanitizer.h"
#include "shim/hooks/environment.h"
#include "shim/self/birth.h"
#include "shim/self/options.h"
#include "shim/sys/syscall.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
        HEAD_BYTES = 1024, /* the stack may be small */
        PATH_BYTES = sizeof((struct unwatched *)0)->found,
        SCRIPTS_MAX = 4, /* as the kernel: an interpreter may be a script */
};

#if defined __x86_64__
enum { MACHINE = EM_X86_64 };
#else
enum { MACHINE = EM_AARCH64 };
#endif

/* Has it a dynamic loader of the C library that we are linked with? Its segments stand at the start of every file that
 * a linker made. */
static bool has_loader(const char *head, size_t n)
{
        Elf64_Ehdr elf;
        memcpy(&elf, head, sizeof elf);
        if (elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_machine != MACHINE)
                return false;
        for (size_t i = 0, at = elf.e_phoff; i < elf.e_phnum; i++, at += sizeof(Elf64_Phdr)) {
                Elf64_Phdr segment;
                if (at > n || n - at < sizeof segment)
                        return true; /* who knows */
                memcpy(&segment, head + at, sizeof segment);
                if (segment.p_type != PT_INTERP)
                        continue;
                const char *loader = head + segment.p_offset;
                return segment.p_offset >= n || !strstr(loader, "/ld-musl");
        }
        return false;
}

static bool has_privileges(const char *path)
{
        struct stat status;
        char capabilities[64];
        if (sys_call(SYS_geteuid) == 0 || sys_failed(sys_call(SYS_newfstatat, AT_FDCWD, path, &status, 0)))
                return false;
        return status.st_mode & (S_ISUID | S_ISGID) ||
               !sys_failed(sys_call(SYS_getxattr, path, "security.capability", capabilities, sizeof capabilities));
}

static size_t read_at(int fd, void *ret, size_t bytes, uint64_t offset)
{
        long n = sys_call(SYS_pread64, fd, ret, bytes, offset);
        return sys_failed(n) ? 0 : (size_t)n;
}

/* Up to one of `ends`, or the NUL. */
static size_t length_to(const char *text, const char *ends)
{
        size_t n = 0;
        while (text[n] && !strchr(ends, text[n]))
                n++;
        return n;
}

static const char *path_now(void)
{
        for (char **at = environ; at && *at; at++)
                if (strncmp(*at, "PATH=", 5) == 0)
                        return *at + 5;
        return "/bin:/usr/bin";
}

/* What becomes of a program, or whose word counts for it: its interpreter's, if it is a script. */
enum outlook { SEEN, CLOSED /* there is no way in */, HARMED /* by us */, INTERPRETED };

static enum outlook elf_outlook(int fd, const char *head, size_t n)
{
        if (!has_loader(head, n))
                return CLOSED;
        return sanitizer_of_program(fd, read_at) ? HARMED : SEEN;
}

/* "#! interpreter argument" */
static enum outlook script_outlook(const char *head, char ret_interpreter[PATH_BYTES])
{
        const char *name = head + 2;
        while (*name == ' ' || *name == '\t')
                name++;
        size_t length = length_to(name, " \t\n");
        if (length >= PATH_BYTES)
                return SEEN;
        memcpy(ret_interpreter, name, length);
        ret_interpreter[length] = 0;
        return INTERPRETED;
}

/* The interpreter may be where the path is. */
static enum outlook file_outlook(const char *path, char ret_interpreter[PATH_BYTES])
{
        char head[HEAD_BYTES];
        int fd = (int)sys_call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        size_t n = fd < 0 ? 0 : read_at(fd, head, HEAD_BYTES - 1, 0);
        head[n] = 0;
        enum outlook outlook = SEEN;
        bool is_script = n > 2 && memcmp(head, "#!", 2) == 0;
        if (!is_script && has_privileges(path)) /* which count for nothing on a script */
                outlook = CLOSED;
        else if (is_script)
                outlook = script_outlook(head, ret_interpreter);
        else if (n >= sizeof(Elf64_Ehdr) && memcmp(head, ELFMAG, SELFMAG) == 0)
                outlook = elf_outlook(fd, head, n);
        if (fd >= 0)
                sys_call(SYS_close, fd);
        return outlook;
}

static enum outlook program_outlook(const char *path)
{
        char interpreter[PATH_BYTES];
        for (int i = 0; i < SCRIPTS_MAX; i++, path = interpreter) {
                enum outlook outlook = file_outlook(path, interpreter);
                if (outlook != INTERPRETED)
                        return outlook;
        }
        return SEEN;
}

static bool is_executable(const char *path)
{
        struct stat status;
        return !sys_failed(sys_call(SYS_faccessat, AT_FDCWD, path, X_OK)) &&
               !sys_failed(sys_call(SYS_newfstatat, AT_FDCWD, path, &status, 0)) && S_ISREG(status.st_mode);
}

/* As execvp(3) looks for it: the program's path, or NULL. A path that was given is as long as it likes. */
static const char *find(const char *program, bool searched, char found[PATH_BYTES])
{
        size_t length = strlen(program);
        if (!searched || memchr(program, '/', length))
                return is_executable(program) ? program : NULL;
        for (const char *path = path_now(); *path;) {
                size_t n = length_to(path, ":");
                if (n + length + 2 <= PATH_BYTES) {
                        memcpy(found, path, n);
                        found[n] = '/';
                        memcpy(found + n + (n > 0), program, length + 1);
                        if (is_executable(found))
                                return found;
                }
                path += n + (path[n] == ':');
        }
        return NULL;
}

static void look_at(struct unwatched *ret, const char *path, char *const envp[])
{
        enum outlook outlook = program_outlook(path);
        bool preloads = outlook != HARMED && environment_preloads_sanitizer(envp);
        bool drops = outlook == SEEN && !preloads && environment_drops(envp);
        bool elsewhere = outlook == SEEN && !preloads && !drops && !environment_reaches(envp);
        bool reaches = outlook != SEEN || preloads || drops || elsewhere || birth_reaches();
        ret->apart = outlook == HARMED || preloads || elsewhere;
        ret->is = outlook == CLOSED || ret->apart || drops || !reaches;
        ret->why = outlook == SEEN && preloads ? WIRE_WHY_PRELOAD
                   : drops                     ? WIRE_WHY_DROPPED
                   : elsewhere                 ? WIRE_WHY_ROOT
                   : !reaches                  ? WIRE_WHY_NAMES
                                               : WIRE_WHY_FILE;
}

static bool tell(const struct unwatched *unwatched, enum wire_becomes_how how, pid_t pid)
{
        return unwatched->is && birth_has_runner() && options.children &&
               birth_becomes(how, unwatched->why, pid, unwatched->path);
}

void unwatched_look(struct unwatched *ret, const char *program, bool searched, char *const envp[])
{
        int error = errno;
        ret->is = ret->apart = ret->told = false;
        ret->path = program ? find(program, searched, ret->found) : NULL;
        if (ret->path)
                look_at(ret, ret->path, envp);
        errno = error;
}

void unwatched_begin(struct unwatched *ret, const char *program, bool searched, char *const envp[])
{
        int error = errno;
        unwatched_look(ret, program, searched, envp);
        ret->told = tell(ret, WIRE_BECOMES, 0);
        errno = error;
}

/* Looked at by its descriptor, since the file may have no name, or another by now. */
void unwatched_begin_descriptor(struct unwatched *ret, int fd, char *const envp[])
{
        char name[32] = "/proc/self/fd/", digits[12];
        int error = errno;
        size_t n = 0, at = strlen(name);
        for (unsigned rest = (unsigned)fd; fd >= 0 && (n == 0 || rest); rest /= 10)
                digits[n++] = (char)('0' + rest % 10);
        while (n)
                name[at++] = digits[--n];
        ret->is = ret->apart = ret->told = false;
        long length = sys_call(SYS_readlinkat, AT_FDCWD, name, ret->found, sizeof ret->found - 1);
        if (!sys_failed(length)) {
                ret->found[length] = 0;
                ret->path = ret->found;
                look_at(ret, name, envp);
                ret->told = ret->path[0] == '/' && tell(ret, WIRE_BECOMES, 0);
        }
        errno = error;
}

void unwatched_failed(const struct unwatched *unwatched)
{
        int error = errno;
        if (unwatched->told)
                birth_becomes(WIRE_REMAINS, unwatched->why, 0, "/");
        errno = error;
}

void unwatched_spawned(const struct unwatched *unwatched, pid_t child)
{
        int error = errno;
        tell(unwatched, WIRE_SPAWNED, child);
        errno = error;
}
