/* Functions of stripped extension modules: see methods.h */
#include "cli/symbol/methods.h"

#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct method {
        uint64_t start;
        const char *name;
};

struct methods {
        struct method *all; /* by start */
        size_t n, max;
        uint64_t *starts; /* of all functions that can be unwound, ascending */
        size_t n_starts;
};

struct relative { /* a relocation: the word at `place` is to be the address `target` */
        uint64_t place, target;
};

enum { METH_FLAGS_MAX = 0x1fff, POINTER_BYTES = 8, NAME_MAX_BYTES = 256 };

/* The bytes of the section that has the address in it; *ret_left: how many from there on. */
static const char *bytes_at(const struct elf_file *file, uint64_t address, size_t *ret_left)
{
        Elf_Scn *section = NULL;

        while ((section = elf_nextscn(file->elf, section))) {
                GElf_Shdr header;
                Elf_Data *data;

                if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_ALLOC) ||
                    header.sh_type != SHT_PROGBITS || address < header.sh_addr ||
                    address - header.sh_addr >= header.sh_size)
                        continue;
                data = elf_rawdata(section, NULL);
                if (!data || address - header.sh_addr >= data->d_size)
                        return NULL;
                *ret_left = data->d_size - (size_t)(address - header.sh_addr);
                return (const char *)data->d_buf + (address - header.sh_addr);
        }
        return NULL;
}

static const char *name_at(const struct elf_file *file, uint64_t address, bool *ret_is_dotted)
{
        static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
        size_t left, n;
        const char *name = bytes_at(file, address, &left);

        if (!name)
                return NULL;
        n = strnlen(name, left < NAME_MAX_BYTES ? left : NAME_MAX_BYTES);
        if (n == 0 || n == left || n == NAME_MAX_BYTES || (*name >= '0' && *name <= '9'))
                return NULL;
        *ret_is_dotted = memchr(name, '.', n) != NULL;
        return strspn(name, letters) == n && *name != '.' && name[n - 1] != '.' ? name : NULL;
}

/* .eh_frame_hdr (LSB core, "DWARF extensions"): version 1, three encodings, then the count of a sorted table of pairs
 * (function, description), as every linker writes it: four bytes each, signed, from the start of the section. */
static void read_starts(struct methods *methods, const struct elf_file *file)
{
        enum { UDATA4 = 0x03, DATAREL_SDATA4 = 0x3b, HEAD_BYTES = 12 };
        Elf_Scn *section = elf_file_section(file, ".eh_frame_hdr");
        Elf_Data *data = section ? elf_rawdata(section, NULL) : NULL;
        const uint8_t *head = data ? data->d_buf : NULL;
        GElf_Shdr header;
        uint32_t n;

        if (!head || data->d_size < HEAD_BYTES || head[0] != 1 || head[2] != UDATA4 || head[3] != DATAREL_SDATA4 ||
            !gelf_getshdr(section, &header))
                return;
        memcpy(&n, head + 8, sizeof n);
        if (n > (data->d_size - HEAD_BYTES) / 8)
                return;
        methods->starts = array_zeroed((size_t)n + 1, sizeof *methods->starts);
        methods->n_starts = n;
        for (uint32_t i = 0; i < n; i++) {
                int32_t distance;

                memcpy(&distance, head + HEAD_BYTES + (size_t)i * 8, sizeof distance);
                methods->starts[i] = header.sh_addr + (uint64_t)(int64_t)distance;
        }
}

/* Index + 1 of the function that covers the address, or starts at or before it; 0 = none. */
static size_t start_before(const struct methods *methods, uint64_t address)
{
        size_t low = 0, high = methods->n_starts;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (methods->starts[middle] <= address)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static int by_place(const void *left, const void *right)
{
        const struct relative *a = left, *b = right;

        return (a->place > b->place) - (a->place < b->place);
}

/* All relocations of the kind "where we are mapped, plus". */
static struct relative *read_relatives(const struct elf_file *file, size_t *ret_n)
{
        struct relative *all = NULL;
        size_t n = 0, max = 0;
        Elf_Scn *section = NULL;
        GElf_Ehdr ehdr;
        uint32_t kind;

        if (!gelf_getehdr(file->elf, &ehdr) || gelf_getclass(file->elf) != ELFCLASS64)
                return NULL;
        kind = ehdr.e_machine == EM_AARCH64 ? R_AARCH64_RELATIVE : R_X86_64_RELATIVE;
        while ((section = elf_nextscn(file->elf, section))) {
                GElf_Shdr header;
                GElf_Rela rela;
                Elf_Data *data;

                if (!gelf_getshdr(section, &header) || header.sh_type != SHT_RELA || !(header.sh_flags & SHF_ALLOC))
                        continue;
                data = elf_getdata(section, NULL);
                for (int i = 0; data && gelf_getrela(data, i, &rela); i++) {
                        if (GELF_R_TYPE(rela.r_info) != kind)
                                continue;
                        all = array_grow(all, n, &max, sizeof *all);
                        all[n++] = (struct relative){rela.r_offset, (uint64_t)rela.r_addend};
                }
        }
        if (n)
                qsort(all, n, sizeof *all, by_place);
        *ret_n = n;
        return all;
}

static bool has_method_flags(const struct elf_file *file, uint64_t address)
{
        size_t left;
        const char *bytes = bytes_at(file, address, &left);
        int32_t flags = -1;

        if (bytes && left >= sizeof flags)
                memcpy(&flags, bytes, sizeof flags);
        return flags > 0 && flags <= METH_FLAGS_MAX;
}

static int by_start(const void *left, const void *right)
{
        const struct method *a = left, *b = right;

        if (a->start != b->start)
                return a->start < b->start ? -1 : 1;
        return strcmp(a->name, b->name);
}

static void method_add(struct methods *methods, uint64_t start, const char *name)
{
        methods->all = array_grow(methods->all, methods->n, &methods->max, sizeof *methods->all);
        methods->all[methods->n++] = (struct method){start, name};
}

static const struct relative *relative_at(const struct relative *all, size_t n, uint64_t place)
{
        struct relative key = {.place = place};

        return n ? bsearch(&key, all, n, sizeof *all, by_place) : NULL;
}

/* The functions of a type whose tp_name is at all[i]. Each type that has a name and functions at all has a tp_dealloc;
 * other structs with a dotted name in them seldom have a function just there. */
static void add_type(struct methods *methods, struct texts *texts, const struct relative *all, size_t n, size_t i,
                     const char *type)
{
        enum { TP_NAME = 24, TP_DEALLOC = 48 };
        static const struct {
                unsigned offset; /* in PyTypeObject, Include/cpython/object.h */
                const char *name;
        } slots[] = {
                {TP_DEALLOC, "__dealloc__"}, {88, "__repr__"},  {128, "__call__"}, {136, "__str__"},
                {216, "__iter__"},           {224, "__next__"}, {296, "__init__"}, {312, "__new__"},
        };
        const struct relative *dealloc = relative_at(all, n, all[i].place - TP_NAME + TP_DEALLOC);
        size_t function = dealloc ? start_before(methods, dealloc->target) : 0;

        if (!function || methods->starts[function - 1] != dealloc->target)
                return;
        for (size_t k = 0; k < sizeof slots / sizeof *slots; k++) {
                const struct relative *slot = relative_at(all, n, all[i].place - TP_NAME + slots[k].offset);
                char name[2 * NAME_MAX_BYTES];

                if (!slot)
                        continue;
                snprintf(name, sizeof name, "%s.%s", type, slots[k].name);
                method_add(methods, slot->target, texts_intern(texts, name));
        }
}

struct methods *methods_new(const struct elf_file *file, struct texts *texts)
{
        struct methods *methods = array_zeroed(1, sizeof *methods);
        struct relative *all;
        size_t n = 0;

        read_starts(methods, file);
        all = methods->n_starts ? read_relatives(file, &n) : NULL;
        for (size_t i = 0; i < n; i++) {
                bool is_dotted, is_pair = i + 1 < n && all[i + 1].place == all[i].place + POINTER_BYTES;
                const char *name = name_at(file, all[i].target, &is_dotted);

                /* Whether a function starts at the target is seen when it is asked for. */
                if (name && is_dotted)
                        add_type(methods, texts, all, n, i, name);
                else if (name && is_pair && has_method_flags(file, all[i].place + 2 * POINTER_BYTES))
                        method_add(methods, all[i + 1].target, name);
        }
        free(all);
        if (methods->n)
                qsort(methods->all, methods->n, sizeof *methods->all, by_start);
        return methods;
}

void methods_free(struct methods *methods)
{
        if (!methods)
                return;
        free(methods->all);
        free(methods->starts);
        free(methods);
}

const char *methods_find(const struct methods *methods, uint64_t address)
{
        size_t function = start_before(methods, address), low = 0, high = methods->n;

        while (function && low < high) {
                size_t middle = low + (high - low) / 2;

                if (methods->all[middle].start < methods->starts[function - 1])
                        low = middle + 1;
                else
                        high = middle;
        }
        return function && low < methods->n && methods->all[low].start == methods->starts[function - 1]
                       ? methods->all[low].name
                       : NULL;
}
