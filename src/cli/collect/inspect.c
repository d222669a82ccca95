/* What can be told of an ELF file about how well it will be seen: see inspect.h */
#include "cli/collect/inspect.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool defines_malloc(Elf *elf, Elf_Scn *section, const GElf_Shdr *head)
{
        Elf_Data *data = elf_getdata(section, NULL);
        size_t n = data && head->sh_entsize ? head->sh_size / head->sh_entsize : 0;
        for (size_t i = 0; i < n; i++) {
                GElf_Sym symbol;
                if (!gelf_getsym(data, (int)i, &symbol) || symbol.st_shndx == SHN_UNDEF ||
                    GELF_ST_TYPE(symbol.st_info) != STT_FUNC || GELF_ST_BIND(symbol.st_info) == STB_LOCAL)
                        continue;
                const char *name = elf_strptr(elf, head->sh_link, symbol.st_name);
                if (name && strcmp(name, "malloc") == 0)
                        return true;
        }
        return false;
}

static void build_id_take(Elf_Scn *section, char *ret_file, size_t bytes)
{
        Elf_Data *data = elf_getdata(section, NULL);
        GElf_Nhdr note;
        size_t name, description;
        if (!data || !gelf_getnote(data, 0, &note, &name, &description) || note.n_type != NT_GNU_BUILD_ID ||
            note.n_descsz < 2 || note.n_descsz > 64)
                return;
        const unsigned char *id = (const unsigned char *)data->d_buf + description;
        int n = snprintf(ret_file, bytes, "/usr/lib/debug/.build-id/%02x/", id[0]);
        for (size_t i = 1; i < note.n_descsz; i++)
                n += snprintf(ret_file + n, bytes - (size_t)n, "%02x", id[i]);
        snprintf(ret_file + n, bytes - (size_t)n, ".debug");
        if (access(ret_file, R_OK) < 0)
                ret_file[0] = '\0';
}

static void section_inspect(Elf *elf, Elf_Scn *section, const char *name, const GElf_Shdr *head,
                            struct inspection *inspection)
{
        if (head->sh_type == SHT_DYNSYM || head->sh_type == SHT_SYMTAB)
                inspection->own_malloc = inspection->own_malloc || defines_malloc(elf, section, head);
        if (head->sh_type == SHT_SYMTAB)
                inspection->has_symbols = true;
        if (strcmp(name, ".debug_line") == 0 && head->sh_type != SHT_NOBITS)
                inspection->has_lines = true;
        if (strcmp(name, ".eh_frame") == 0 && head->sh_size > 8)
                inspection->has_unwind = true;
        if (strcmp(name, ".go.buildinfo") == 0)
                inspection->is_go = true;
        if (strcmp(name, ".note.gnu.build-id") == 0)
                build_id_take(section, inspection->debug_file, sizeof inspection->debug_file);
}

static void segments_inspect(Elf *elf, int fd, struct inspection *inspection)
{
        size_t n = 0;
        elf_getphdrnum(elf, &n);
        for (size_t i = 0; i < n; i++) {
                GElf_Phdr segment;
                if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_INTERP)
                        continue;
                size_t bytes = segment.p_filesz < PATH_MAX - 1 ? segment.p_filesz : PATH_MAX - 1;
                ssize_t got = pread(fd, inspection->loader, bytes, (off_t)segment.p_offset);
                inspection->loader[got > 0 ? got : 0] = '\0';
        }
}

/* The file itself, whatever lies in a separate one. */
static bool inspect_alone(const char *path, struct inspection *inspection)
{
        *inspection = (struct inspection){0};
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        elf_version(EV_CURRENT);
        Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;
        bool is_elf = elf && elf_kind(elf) == ELF_K_ELF;
        size_t names;
        if (is_elf && elf_getshdrstrndx(elf, &names) == 0) {
                for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section)) != NULL;) {
                        GElf_Shdr head;
                        const char *name = gelf_getshdr(section, &head) ? elf_strptr(elf, names, head.sh_name) : NULL;
                        if (name)
                                section_inspect(elf, section, name, &head, inspection);
                }
        }
        if (is_elf)
                segments_inspect(elf, fd, inspection);
        if (elf)
                elf_end(elf);
        if (fd >= 0)
                close(fd);
        return is_elf;
}

bool inspect_file(const char *path, struct inspection *inspection)
{
        struct inspection other; /* of the same build-id, so by that its separate file is itself */
        bool is_elf = inspect_alone(path, inspection);
        if (is_elf && inspection->debug_file[0] && inspect_alone(inspection->debug_file, &other)) {
                inspection->has_lines = inspection->has_lines || other.has_lines;
                inspection->has_symbols = inspection->has_symbols || other.has_symbols;
        }
        return is_elf;
}

/* "	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x...)" -> the path */
static void library_put(FILE *out, const char *line)
{
        const char *path = strstr(line, "=> ");
        path = path ? path + 3 : strchr(line, '/');
        size_t n = path ? strcspn(path, " \n") : 0;
        if (n && path[0] == '/')
                fprintf(out, "%.*s\n", (int)n, path);
}

char *inspect_libraries(const char *path, const char *loader)
{
        int lines[2];
        if (!loader[0] || pipe2(lines, O_CLOEXEC) < 0)
                return NULL;
        pid_t pid = fork();
        if (pid == 0) {
                int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
                dup2(lines[1], STDOUT_FILENO);
                dup2(quiet, STDERR_FILENO);
                execl(loader, loader, "--list", path, (char *)NULL);
                _exit(127);
        }
        close(lines[1]);
        char *libraries = NULL, *line = NULL;
        size_t n = 0, room = 0;
        FILE *in = fdopen(lines[0], "r"), *out = open_memstream(&libraries, &n);
        while (in && out && getline(&line, &room, in) > 0)
                library_put(out, line);
        free(line);
        if (in)
                fclose(in);
        if (out)
                fclose(out);
        while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                ;
        return libraries;
}
