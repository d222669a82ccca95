/* Programs that a process becomes and nobody can watch: see unwatched.h
 *
 * The runner hears of a process when our library is loaded into it. Of one into which it cannot be, it would hear
 * nothing and report as if there were nothing to say. So whoever executes such a program looks at its file before. Why
 * it cannot be watched the runner finds out itself (cli/collect/obstacle.c); here it is a question of yes or no.
 * All by the kernel and on the stack: this may run between vfork and exec.
 */
#include "shim/hooks/unwatched.h"

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
        PATH_BYTES = sizeof((struct wire_becomes *)0)->program,
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

/* Reads the first bytes; 0 where the file cannot be. */
static size_t head_read(const char *path, char *ret_head)
{
        long fd = sys_call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        if (sys_failed(fd))
                return 0;
        long n = sys_call(SYS_pread64, fd, ret_head, HEAD_BYTES - 1, 0);
        sys_call(SYS_close, fd);
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

static bool cannot_be_watched(const char *path)
{
        char head[HEAD_BYTES], interpreter[PATH_BYTES];
        for (int i = 0; i < SCRIPTS_MAX; i++) {
                size_t n = head_read(path, head);
                head[n] = 0;
                bool is_script = n > 2 && memcmp(head, "#!", 2) == 0;
                if (!is_script && has_privileges(path)) /* which count for nothing on a script */
                        return true;
                if (n >= sizeof(Elf64_Ehdr) && memcmp(head, ELFMAG, SELFMAG) == 0)
                        return !has_loader(head, n);
                if (!is_script)
                        return false;
                const char *name = head + 2;
                while (*name == ' ' || *name == '\t')
                        name++;
                size_t length = length_to(name, " \t\n");
                if (length >= PATH_BYTES)
                        return false;
                memcpy(interpreter, name, length);
                interpreter[length] = 0;
                path = interpreter;
        }
        return false;
}

static bool is_executable(const char *path)
{
        struct stat status;
        return !sys_failed(sys_call(SYS_faccessat, AT_FDCWD, path, X_OK)) &&
               !sys_failed(sys_call(SYS_newfstatat, AT_FDCWD, path, &status, 0)) && S_ISREG(status.st_mode);
}

/* As execvp(3) looks for it. */
static bool find(const char *program, bool searched, char ret_path[PATH_BYTES])
{
        size_t length = strlen(program);
        if (!searched || memchr(program, '/', length)) {
                if (length >= PATH_BYTES)
                        return false;
                memcpy(ret_path, program, length + 1);
                return is_executable(ret_path);
        }
        for (const char *path = path_now(); *path;) {
                size_t n = length_to(path, ":");
                if (n + length + 2 <= PATH_BYTES) {
                        memcpy(ret_path, path, n);
                        ret_path[n] = '/';
                        memcpy(ret_path + n + (n > 0), program, length + 1);
                        if (is_executable(ret_path))
                                return true;
                }
                path += n + (path[n] == ':');
        }
        return false;
}

static bool tell(enum wire_becomes_how how, pid_t pid, const char *program, bool searched)
{
        char path[PATH_BYTES];
        int error = errno;
        bool told = birth_has_runner() && options.children && program && find(program, searched, path) &&
                    cannot_be_watched(path) && birth_becomes(how, pid, path);
        errno = error;
        return told;
}

bool unwatched_begin(const char *program, bool searched) { return tell(WIRE_BECOMES, 0, program, searched); }

bool unwatched_begin_descriptor(int fd)
{
        char name[32] = "/proc/self/fd/", path[PATH_BYTES];
        char digits[12];
        size_t n = 0, at = strlen(name);
        for (unsigned rest = (unsigned)fd; fd >= 0 && (n == 0 || rest); rest /= 10)
                digits[n++] = (char)('0' + rest % 10);
        while (n)
                name[at++] = digits[--n];
        long length = sys_call(SYS_readlinkat, AT_FDCWD, name, path, sizeof path - 1);
        if (sys_failed(length))
                return false;
        path[length] = 0;
        return tell(WIRE_BECOMES, 0, path, false);
}

void unwatched_failed(void)
{
        int error = errno;
        birth_becomes(WIRE_REMAINS, 0, "/");
        errno = error;
}

void unwatched_spawned(pid_t child, const char *program, bool searched)
{
        tell(WIRE_SPAWNED, child, program, searched);
}
