/* Symbol tables: see table.h */
#include "cli/symbol/table.h"

#include "cli/symbol/texts.h"

#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct table {
        struct table_symbol *symbols; /* by start, larger first, better name first */
        size_t n, max;
        enum table_kind kind;
        Dwfl *embedded; /* owns the names that come out of .gnu_debugdata */
};

/* How far back a symbol may start that covers an address: only overlapping symbols make it more than one. */
enum { OVERLAPS_MAX = 32 };

static bool is_of(enum table_kind kind, unsigned type, uint64_t section_flags, bool sized)
{
        bool executable = section_flags & SHF_EXECINSTR;

        if (kind == TABLE_OF_FUNCTIONS)
                return executable && (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE);
        return !executable && sized && (section_flags & SHF_ALLOC) && (type == STT_OBJECT || type == STT_COMMON);
}

static void add(struct table *table, const Elf *elf, const GElf_Sym *symbol, const char *name, bool exported)
{
        unsigned type = GELF_ST_TYPE(symbol->st_info);
        GElf_Shdr header = {0};
        Elf_Scn *section = elf_getscn((Elf *)elf, symbol->st_shndx);
        bool sized = symbol->st_size != 0;

        if (!name || !*name || symbol->st_shndx == SHN_UNDEF || symbol->st_shndx >= SHN_LORESERVE || !section)
                return;
        if (!gelf_getshdr(section, &header) || !is_of(table->kind, type, header.sh_flags, sized))
                return;
        table->symbols = array_grow(table->symbols, table->n, &table->max, sizeof *table->symbols);
        table->symbols[table->n++] = (struct table_symbol){
                .start = symbol->st_value,
                .end = sized ? symbol->st_value + symbol->st_size : header.sh_addr + header.sh_size,
                .name = name,
                .exported = exported,
                .sized = sized,
                .binding = GELF_ST_BIND(symbol->st_info),
        };
}

static bool add_all(struct table *table, const struct elf_file *file, uint32_t type)
{
        Elf_Scn *section = NULL;
        bool found = false;

        while (file && (section = elf_nextscn(file->elf, section))) {
                GElf_Shdr header;
                GElf_Sym symbol;
                Elf_Data *data;

                if (!gelf_getshdr(section, &header) || header.sh_type != type || !header.sh_entsize)
                        continue;
                data = elf_getdata(section, NULL);
                for (int i = 1; data && gelf_getsym(data, i, &symbol); i++) {
                        found = true;
                        if (symbol.st_shndx != SHN_UNDEF)
                                add(table, file->elf, &symbol, elf_strptr(file->elf, header.sh_link, symbol.st_name),
                                    type == SHT_DYNSYM);
                }
        }
        return found;
}

/* libdwfl's own search would ask debuginfod servers. */
static int find_nothing(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base, const char *path,
                        const char *link, GElf_Word sum, char **ret_path)
{
        (void)module, (void)user, (void)name, (void)base, (void)path, (void)link, (void)sum, (void)ret_path;
        return -1;
}

/* MiniDebugInfo: an xz-compressed ELF file with a symbol table, inside the file. */
static void add_embedded(struct table *table, const struct elf_file *main)
{
        static const Dwfl_Callbacks callbacks = {
                .find_elf = dwfl_build_id_find_elf,
                .find_debuginfo = find_nothing,
                .section_address = dwfl_offline_section_address,
        };
        int fd = dup(main->fd); /* which libdwfl will close */
        Dwfl *dwfl = fd >= 0 ? dwfl_begin(&callbacks) : NULL;
        Dwfl_Module *module = dwfl ? dwfl_report_offline(dwfl, "main", "main", fd) : NULL;
        int n = module ? dwfl_module_getsymtab(module) : 0;

        if (!module && fd >= 0)
                close(fd);
        table->embedded = dwfl;
        for (int i = 1; i < n; i++) {
                GElf_Sym symbol;
                GElf_Addr address;
                GElf_Word shndx;
                Elf *elf;
                Dwarf_Addr bias;
                const char *name = dwfl_module_getsym_info(module, i, &symbol, &address, &shndx, &elf, &bias);
                Dwarf_Addr main_bias;

                if (!name || !dwfl_module_getelf(module, &main_bias))
                        continue;
                symbol.st_value = address - main_bias;
                add(table, elf, &symbol, name, false);
        }
}

static int underscores(const char *name) { return (int)strspn(name, "_"); }

static int by_name(const struct table_symbol *a, const struct table_symbol *b)
{
        static const uint8_t rank[16] = {[STB_GLOBAL] = 0, [STB_WEAK] = 1, [STB_LOCAL] = 2};
        size_t a_bytes = strlen(a->name), b_bytes = strlen(b->name);

        if (a->exported != b->exported)
                return a->exported ? -1 : 1;
        if (underscores(a->name) != underscores(b->name))
                return underscores(a->name) - underscores(b->name);
        if (a->binding != b->binding)
                return rank[a->binding & 15] - rank[b->binding & 15];
        if (a_bytes != b_bytes)
                return a_bytes < b_bytes ? -1 : 1;
        return strcmp(a->name, b->name);
}

static int by_start(const void *left, const void *right)
{
        const struct table_symbol *a = left, *b = right;

        if (a->start != b->start)
                return a->start < b->start ? -1 : 1;
        if (a->sized != b->sized)
                return a->sized ? -1 : 1;
        return by_name(a, b);
}

struct table *table_new(const struct elf_file *main, const struct elf_file *debug, enum table_kind kind)
{
        struct table *table = array_zeroed(1, sizeof *table);

        table->kind = kind;
        add_all(table, main, SHT_DYNSYM);
        if (!add_all(table, main, SHT_SYMTAB) && !add_all(table, debug, SHT_SYMTAB) && main &&
            elf_file_section(main, ".gnu_debugdata"))
                add_embedded(table, main);
        if (table->n)
                qsort(table->symbols, table->n, sizeof *table->symbols, by_start);
        for (size_t i = table->n; i-- > 1;) {
                struct table_symbol *before = &table->symbols[i - 1], *next = &table->symbols[i];

                if (!before->sized && before->start < next->start && next->start < before->end)
                        before->end = next->start;
                else if (!before->sized && before->start == next->start && !next->sized)
                        before->end = next->end;
        }
        return table;
}

void table_free(struct table *table)
{
        if (!table)
                return;
        if (table->embedded)
                dwfl_end(table->embedded);
        free(table->symbols);
        free(table);
}

const struct table_symbol *table_at(const struct table *table, size_t n)
{
        return n < table->n ? &table->symbols[n] : NULL;
}

const struct table_symbol *table_find(const struct table *table, uint64_t address)
{
        size_t low = 0, high = table->n; /* all before low start at or before the address */
        const struct table_symbol *found = NULL;
        size_t seen = 0;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (table->symbols[middle].start <= address)
                        low = middle + 1;
                else
                        high = middle;
        }
        /* Nearest start first; among equals the last met is the best named. A label of assembly code without a size
         * gives way to a function around it. */
        for (size_t i = low; i-- > 0 && seen < OVERLAPS_MAX;) {
                const struct table_symbol *symbol = &table->symbols[i];

                if (found && symbol->start != found->start && (found->sized || !symbol->sized))
                        break;
                if (i + 1 == low || symbol->start != table->symbols[i + 1].start)
                        seen++;
                if (address < symbol->end && (!found || symbol->sized || symbol->start == found->start))
                        found = symbol;
        }
        return found;
}
