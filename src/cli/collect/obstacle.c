/* Why nothing came from a program: see obstacle.h */
#include "cli/collect/obstacle.h"

#include "bare/sanitizer.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { INTERPRETERS_MAX = 4 }; /* as the kernel: a script's interpreter may be a script */

bool obstacle_find(const char *program, char *ret_path, size_t bytes)
{
        if (strchr(program, '/')) {
                snprintf(ret_path, bytes, "%s", program);
                return true;
        }
        const char *path = getenv("PATH");
        for (path = path ? path : "/bin:/usr/bin"; *path;) {
                size_t n = strcspn(path, ":");
                struct stat status;
                snprintf(ret_path, bytes, "%.*s/%s", n ? (int)n : 1, n ? path : ".", program);
                if (access(ret_path, X_OK) == 0 && stat(ret_path, &status) == 0 && S_ISREG(status.st_mode))
                        return true;
                path += n + (path[n] == ':');
        }
        return false;
}

/* "#! interpreter argument" -> interpreter */
static bool script_interpreter(const char *head, char *ret_path, size_t bytes)
{
        if (strncmp(head, "#!", 2) != 0)
                return false;
        head += 2 + strspn(head + 2, " \t");
        snprintf(ret_path, bytes, "%.*s", (int)strcspn(head, " \t\n"), head);
        return true;
}

bool obstacle_interpreter(const char *path, char *ret_path, size_t bytes)
{
        char head[512] = "";
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return false;
        ssize_t n = read(fd, head, sizeof head - 1);
        close(fd);
        return n > 2 && script_interpreter(head, ret_path, bytes);
}

static const char *segments_obstacle(int fd, const Elf64_Ehdr *elf)
{
        for (unsigned i = 0; i < elf->e_phnum; i++) {
                Elf64_Phdr segment;
                if (pread(fd, &segment, sizeof segment, (off_t)(elf->e_phoff + i * sizeof segment)) != sizeof segment)
                        return "is a damaged ELF file";
                if (segment.p_type != PT_INTERP)
                        continue;
                char loader[256] = "";
                size_t n = segment.p_filesz < sizeof loader - 1 ? (size_t)segment.p_filesz : sizeof loader - 1;
                if (pread(fd, loader, n, (off_t)segment.p_offset) < 0)
                        return "is a damaged ELF file";
                return strstr(loader, "ld-musl") ? "is linked with musl; only glibc can be looked at" : NULL;
        }
        return "is statically linked, so nothing can be preloaded into it";
}

const char obstacle_preloaded[] =
        "has a sanitizer in its LD_PRELOAD, which bears no library of our kind beside it, so it is "
        "run without ours; leave one of the two out";

static size_t read_at(int fd, void *ret, size_t bytes, uint64_t offset)
{
        ssize_t n = pread(fd, ret, bytes, (off_t)offset);
        return n > 0 ? (size_t)n : 0;
}

static const char *sanitizer_obstacle(int fd)
{
        static char why[192];
        const char *sanitizer = sanitizer_of_program(fd, read_at);
        snprintf(why, sizeof why,
                 "is built with %s, which bears no library of our kind beside it, so it is run without ours; "
                 "use a build without it",
                 sanitizer ? sanitizer : "");
        return sanitizer ? why : NULL;
}

static const char *elf_obstacle(int fd, const Elf64_Ehdr *elf)
{
#if defined __x86_64__
        const unsigned machine = EM_X86_64;
#elif defined __aarch64__
        const unsigned machine = EM_AARCH64;
#else
        const unsigned machine = elf->e_machine;
#endif
        if (elf->e_ident[EI_CLASS] != ELFCLASS64)
                return "is a 32-bit program; only 64-bit ones can be looked at";
        if (elf->e_machine != machine)
                return "is for another processor";
        return segments_obstacle(fd, elf);
}

static const char *privilege_obstacle(const char *path)
{
        struct stat status;
        if (stat(path, &status) == 0 && status.st_mode & (S_ISUID | S_ISGID) && geteuid() != 0)
                return "is setuid or setgid, so the system ignores LD_PRELOAD for it";
        char capabilities[64];
        if (getxattr(path, "security.capability", capabilities, sizeof capabilities) > 0 && geteuid() != 0)
                return "has file capabilities, so the system ignores LD_PRELOAD for it";
        return NULL;
}

static const char *file_obstacle(const char *program, bool *ret_harmed)
{
        char path[PATH_MAX], head[512];
        if (!obstacle_find(program, path, sizeof path))
                return NULL;
        for (int i = 0; i < INTERPRETERS_MAX; i++) {
                int fd = open(path, O_RDONLY | O_CLOEXEC);
                if (fd < 0)
                        return "cannot be read, so what it is cannot be told";
                ssize_t n = read(fd, head, sizeof head - 1);
                head[n > 0 ? n : 0] = '\0';
                const char *why = privilege_obstacle(path);
                bool elf = n >= (ssize_t)sizeof(Elf64_Ehdr) && memcmp(head, ELFMAG, SELFMAG) == 0;
                if (elf && !why) {
                        Elf64_Ehdr header;
                        memcpy(&header, head, sizeof header);
                        why = elf_obstacle(fd, &header);
                        const char *sanitizer = why ? NULL : sanitizer_obstacle(fd);
                        *ret_harmed = sanitizer != NULL;
                        why = why ? why : sanitizer;
                }
                close(fd);
                if (elf || why || !script_interpreter(head, path, sizeof path))
                        return why;
        }
        return NULL;
}

static bool sanitizer_is_preloaded(void)
{
        const char *preload = getenv("LD_PRELOAD");
        return preload && sanitizer_of_preload(preload);
}

const char *obstacle_of(const char *program)
{
        bool harmed;
        const char *why = file_obstacle(program, &harmed);
        return !why && sanitizer_is_preloaded() ? obstacle_preloaded : why;
}

bool obstacle_is_harmed(const char *program)
{
        bool harmed = false;
        file_obstacle(program, &harmed);
        return harmed || sanitizer_is_preloaded();
}
