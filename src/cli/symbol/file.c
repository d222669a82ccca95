/* Object files: see file.h */
#include "cli/symbol/file.h"

#include "wire/arena.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* Sections that libdw would read (and inflate: a third of the time that opening takes for glibc's) without our ever
 * asking it for what is in them. */
static const char *const unread[] = {".debug_loc", ".debug_loclists", ".debug_macro", ".debug_macinfo", ".debug_frame"};

static void hide_unread(Elf *elf)
{
        size_t names;
        Elf_Scn *section = NULL;

        if (elf_getshdrstrndx(elf, &names))
                return;
        while ((section = elf_nextscn(elf, section))) {
                GElf_Shdr header;
                const char *name = gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;

                for (size_t i = 0; name && i < sizeof unread / sizeof *unread; i++) {
                        if (strcmp(name, unread[i]) != 0)
                                continue;
                        header.sh_type = SHT_NOBITS; /* in our private copy; libdw takes it for stripped */
                        gelf_update_shdr(section, &header);
                }
        }
}

struct elf_file *elf_file_open(const char *path)
{
        struct stat status;
        /* What stands in a capture may be anything here, and to open a device or FIFO may do something. */
        int fd = stat(path, &status) == 0 && S_ISREG(status.st_mode)
                         ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
                         : -1;
        struct elf_file *file;
        const void *id;
        ssize_t id_bytes;
        Elf *elf;

        if (fd < 0)
                return NULL;
        elf_version(EV_CURRENT);
        elf = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? elf_begin(fd, ELF_C_READ_MMAP_PRIVATE, NULL) : NULL;
        file = elf && elf_kind(elf) == ELF_K_ELF ? calloc(1, sizeof *file) : NULL;
        if (!file) {
                elf_end(elf);
                close(fd);
                return NULL;
        }
        *file = (struct elf_file){.fd = fd, .elf = elf};
        id_bytes = dwelf_elf_gnu_build_id(elf, &id);
        if (id_bytes > 0) {
                file->build_id = id;
                file->build_id_bytes = (size_t)id_bytes;
        }
        hide_unread(elf);
        return file;
}

void elf_file_close(struct elf_file *file)
{
        if (!file)
                return;
        elf_end(file->elf);
        close(file->fd);
        free(file);
}

bool elf_file_is(const struct elf_file *file, const uint8_t *build_id, unsigned build_id_bytes)
{
        if (file->build_id_bytes < build_id_bytes || memcmp(file->build_id, build_id, build_id_bytes) != 0)
                return false;
        return file->build_id_bytes == build_id_bytes || build_id_bytes == WIRE_BUILD_ID_BYTES;
}

Elf_Scn *elf_file_section(const struct elf_file *file, const char *name)
{
        size_t names;
        Elf_Scn *section = NULL;

        if (elf_getshdrstrndx(file->elf, &names))
                return NULL;
        while ((section = elf_nextscn(file->elf, section))) {
                GElf_Shdr header;
                const char *its = gelf_getshdr(section, &header) ? elf_strptr(file->elf, names, header.sh_name) : NULL;

                if (its && header.sh_type != SHT_NOBITS && header.sh_size && strcmp(its, name) == 0)
                        return section;
        }
        return NULL;
}

/* The checksum of .gnu_debuglink is zlib's. */
static bool has_checksum(const struct elf_file *file, uint32_t wanted)
{
        unsigned char bytes[65536];
        uLong sum = crc32(0, NULL, 0);
        off_t at = 0;
        ssize_t n;

        while ((n = pread(file->fd, bytes, sizeof bytes, at)) > 0) {
                sum = crc32(sum, bytes, (uInt)n);
                at += n;
        }
        return n == 0 && sum == wanted;
}

static struct elf_file *open_by_build_id(const char *debug_root, const uint8_t *id, unsigned id_bytes)
{
        char path[PATH_MAX];
        int n = snprintf(path, sizeof path, "%s/.build-id/%02x/", debug_root, id[0]);
        struct elf_file *file;

        if (n < 0 || (size_t)n + 2 * id_bytes + sizeof ".debug" > sizeof path)
                return NULL;
        for (unsigned i = 1; i < id_bytes; i++)
                n += sprintf(path + n, "%02x", id[i]);
        memcpy(path + n, ".debug", sizeof ".debug");
        file = elf_file_open(path);
        if (file && elf_file_is(file, id, id_bytes))
                return file;
        elf_file_close(file);
        return NULL;
}

static struct elf_file *open_by_link(const struct elf_file *main, const char *path, const char *debug_root)
{
        GElf_Word sum;
        const char *name = dwelf_elf_gnu_debuglink(main->elf, &sum);
        char real[PATH_MAX], candidate[2 * PATH_MAX];
        size_t folder; /* length of the folder's name, without the last slash */

        if (!name || !*name || strchr(name, '/') || !realpath(path, real))
                return NULL;
        folder = (size_t)(strrchr(real, '/') - real);
        for (int i = 0; i < 3; i++) {
                struct elf_file *file;

                snprintf(candidate, sizeof candidate, "%s%.*s/%s%s", i == 2 ? debug_root : "", (int)folder, real,
                         i == 1 ? ".debug/" : "", name);
                if (strcmp(candidate, real) == 0)
                        continue;
                file = elf_file_open(candidate);
                if (file && (main->build_id && file->build_id
                                     ? main->build_id_bytes == file->build_id_bytes &&
                                               memcmp(main->build_id, file->build_id, main->build_id_bytes) == 0
                                     : has_checksum(file, sum)))
                        return file;
                elf_file_close(file);
        }
        return NULL;
}

struct elf_file *elf_file_open_debug(const struct elf_file *main, const char *path, const char *debug_root,
                                     const uint8_t *build_id, unsigned build_id_bytes)
{
        struct elf_file *file = NULL;

        if (main && main->build_id_bytes > 1)
                file = open_by_build_id(debug_root, main->build_id, (unsigned)main->build_id_bytes);
        else if (!main && build_id_bytes > 1)
                file = open_by_build_id(debug_root, build_id, build_id_bytes);
        if (!file && main)
                file = open_by_link(main, path, debug_root);
        return file;
}
