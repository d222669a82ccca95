/* Programs that have another tool of our kind in them
 *
 * The runtimes of AddressSanitizer, HWAddressSanitizer and ThreadSanitizer want to be the first library of a process:
 * loaded behind ours, they end it or crash. LeakSanitizer's lives on, and reports what we hold back as lost. What is
 * linked in statically, as clang does unless told otherwise, has its malloc before ours and takes no harm.
 * UndefinedBehaviorSanitizer has no heap of its own.
 *
 * The runtime is among the libraries that the program's file names as needed. All reads are small and go to the stack:
 * this may run between vfork and exec.
 */
#include "bare/sanitizer.h"

#include <elf.h>
#include <stdbool.h>
#include <string.h>

enum {
        /* How much of a file is looked at, which may be made to waste time: the linkers' own are far below. */
        SEGMENTS_MAX = 128,
        ENTRIES_MAX = 1024,
        NEEDED_MAX = 256,
        SEGMENTS_AT_ONCE = 8,
        ENTRIES_AT_ONCE = 32,
        NAME_BYTES = 20, /* the longest beginning below, and its NUL */
};

static const struct {
        char library[NAME_BYTES], sanitizer[20];
} runtimes[] = {
        {"libasan.so", "AddressSanitizer"},     {"libclang_rt.asan", "AddressSanitizer"},
        {"libhwasan.so", "HWAddressSanitizer"}, {"libclang_rt.hwasan", "HWAddressSanitizer"},
        {"libtsan.so", "ThreadSanitizer"},      {"libclang_rt.tsan", "ThreadSanitizer"},
        {"liblsan.so", "LeakSanitizer"},
};

static const char *sanitizer_of_library(const char *name, size_t n)
{
        for (size_t i = 0; i < sizeof runtimes / sizeof runtimes[0]; i++) {
                const char *library = runtimes[i].library;
                size_t same = 0;
                while (same < n && library[same] && library[same] == name[same])
                        same++;
                if (!library[same])
                        return runtimes[i].sanitizer;
        }
        return NULL;
}

struct file {
        int fd;
        sanitizer_read *read;
        uint64_t segments_off;
        size_t n_segments;
};

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* The first segment of this type; of what is loaded, the one whose file has what stands at `address`. */
static bool segment_find(const struct file *file, uint32_t type, uint64_t address, Elf64_Phdr *ret_segment)
{
        Elf64_Phdr some[SEGMENTS_AT_ONCE];
        for (size_t at = 0; at < file->n_segments;) {
                size_t wanted = least(SEGMENTS_AT_ONCE, file->n_segments - at);
                size_t n = file->read(file->fd, some, wanted * sizeof *some, file->segments_off + at * sizeof *some) /
                           sizeof *some;
                for (size_t i = 0; i < n; i++) {
                        if (some[i].p_type != type ||
                            (type == PT_LOAD && address - some[i].p_vaddr >= some[i].p_filesz))
                                continue;
                        *ret_segment = some[i];
                        return true;
                }
                if (n < wanted)
                        return false;
                at += n;
        }
        return false;
}

/* The dynamic section, a few entries at a time. */
struct entries {
        const struct file *file;
        uint64_t off;
        size_t n_left, n, at;
        Elf64_Dyn some[ENTRIES_AT_ONCE];
};

static void entries_begin(struct entries *entries, const struct file *file, const Elf64_Phdr *dynamic)
{
        entries->file = file;
        entries->off = dynamic->p_offset;
        entries->n_left = least(dynamic->p_filesz / sizeof(Elf64_Dyn), ENTRIES_MAX);
        entries->n = entries->at = 0;
}

/* The value of the next entry of this kind. */
static bool entries_find(struct entries *entries, int64_t tag, uint64_t *ret_value)
{
        for (;; entries->at++) {
                if (entries->at == entries->n) {
                        size_t wanted = least(ENTRIES_AT_ONCE, entries->n_left) * sizeof(Elf64_Dyn);
                        entries->n =
                                wanted ? entries->file->read(entries->file->fd, entries->some, wanted, entries->off) /
                                                 sizeof(Elf64_Dyn)
                                       : 0;
                        entries->at = 0;
                        entries->n_left -= entries->n;
                        entries->off += entries->n * sizeof(Elf64_Dyn);
                        if (entries->n == 0)
                                return false;
                }
                const Elf64_Dyn *entry = &entries->some[entries->at];
                if (entry->d_tag == DT_NULL)
                        return false;
                if (entry->d_tag != tag)
                        continue;
                *ret_value = entry->d_un.d_val;
                entries->at++;
                return true;
        }
}

const char *sanitizer_of_program(int fd, sanitizer_read *read)
{
        Elf64_Ehdr elf;
        if (read(fd, &elf, sizeof elf, 0) != sizeof elf || memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 ||
            elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_phentsize != sizeof(Elf64_Phdr))
                return NULL;
        struct file file = {fd, read, elf.e_phoff, least(elf.e_phnum, SEGMENTS_MAX)};
        struct entries entries;
        Elf64_Phdr dynamic, load;
        uint64_t names, name;
        if (!segment_find(&file, PT_DYNAMIC, 0, &dynamic))
                return NULL;
        entries_begin(&entries, &file, &dynamic);
        if (!entries_find(&entries, DT_STRTAB, &names) || !segment_find(&file, PT_LOAD, names, &load))
                return NULL;
        names += load.p_offset - load.p_vaddr;
        entries_begin(&entries, &file, &dynamic);
        for (size_t i = 0; i < NEEDED_MAX && entries_find(&entries, DT_NEEDED, &name); i++) {
                char library[NAME_BYTES];
                size_t n = read(fd, library, sizeof library, names + name);
                const char *sanitizer = sanitizer_of_library(library, n);
                if (sanitizer)
                        return sanitizer;
        }
        return NULL;
}

const char *sanitizer_of_preload(const char *value)
{
        while (*value) {
                const char *name = value;
                for (; *value && *value != ':' && *value != ' '; value++)
                        if (*value == '/')
                                name = value + 1;
                const char *sanitizer = sanitizer_of_library(name, (size_t)(value - name));
                if (sanitizer)
                        return sanitizer;
                value += *value != '\0';
        }
        return NULL;
}
