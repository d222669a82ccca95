/* A symbol of this process, without dlsym
 *
 * dlsym() of a name that nobody defines leaves an error behind, and the program's next dlerror() would tell of our
 * failure rather than of its own. Most programs have no interpreter, so most of our questions fail. ld.so's own tables
 * answer them as well: each module brings a hash table of the names that it defines (the GNU one; DT_HASH in old
 * files), with which the linker's hash, and the Bloom filter in front of it, reject a module at the price of a load.
 *
 * The modules are held by ld.so's lock meanwhile. Versions of symbols are not looked at: CPython has none.
 */
#include "shim/python/lookup.h"

#include "shim/sys/dynamic.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct search {
        const char *name;
        uint32_t hash;
        void *found;
};

/* What of a module's dynamic section is needed; addresses in memory. */
struct tables {
        const ElfW(Sym) * symbols;
        const char *strings;
        size_t strings_bytes;
        const uint32_t *gnu_hash, *old_hash;
};

/* Daniel Bernstein's, as the linker computes it (binutils bfd/elf.c, bfd_elf_gnu_hash). */
static uint32_t name_hash(const char *name)
{
        uint32_t hash = 5381;
        for (; *name; name++)
                hash = hash * 33 + (unsigned char)*name;
        return hash;
}

static bool tables_find(const struct dl_phdr_info *module, struct tables *ret)
{
        *ret = (struct tables){0};
        for (const ElfW(Dyn) *dynamic = dynamic_of(module); dynamic && dynamic->d_tag != DT_NULL; dynamic++) {
                const void *at = (const void *)dynamic_address(dynamic, module->dlpi_addr);
                switch (dynamic->d_tag) {
                case DT_SYMTAB:
                        ret->symbols = at;
                        break;
                case DT_STRTAB:
                        ret->strings = at;
                        break;
                case DT_STRSZ:
                        ret->strings_bytes = dynamic->d_un.d_val;
                        break;
                case DT_GNU_HASH:
                        ret->gnu_hash = at;
                        break;
                case DT_HASH:
                        ret->old_hash = at;
                        break;
                default:
                        break;
                }
        }
        return ret->symbols && ret->strings && (ret->gnu_hash || ret->old_hash);
}

static bool is_it(const struct tables *tables, uint32_t index, const char *name)
{
        const ElfW(Sym) *symbol = &tables->symbols[index];
        unsigned type = symbol->st_info & 0xf;
        return symbol->st_shndx != SHN_UNDEF && (type == STT_FUNC || type == STT_OBJECT) &&
               strcmp(tables->strings + symbol->st_name, name) == 0;
}

/* Layout: n_buckets, first symbol, n_bloom, bloom_shift, bloom[], buckets[], chain[] from the first symbol on; a chain
 * word is the hash with its last bit set at the chain's end. 0 = not there. */
static uint32_t index_by_gnu_hash(const struct tables *tables, const char *name, uint32_t hash)
{
        const uint32_t *head = tables->gnu_hash;
        uint32_t n_buckets = head[0], first = head[1], n_bloom = head[2], shift = head[3];
        const ElfW(Addr) *bloom = (const void *)(head + 4);
        enum { WORD_BITS = sizeof *bloom * 8 };
        if (n_buckets == 0 || n_bloom == 0)
                return 0;
        ElfW(Addr) filter = bloom[hash / WORD_BITS % n_bloom];
        if (!(filter >> hash % WORD_BITS & filter >> (hash >> shift) % WORD_BITS & 1))
                return 0;
        const uint32_t *buckets = (const void *)(bloom + n_bloom), *chain = buckets + n_buckets;
        uint32_t index = buckets[hash % n_buckets];
        if (index < first)
                return 0;
        for (;; index++) {
                uint32_t word = chain[index - first];
                if ((word | 1) == (hash | 1) && is_it(tables, index, name))
                        return index;
                if (word & 1)
                        return 0;
        }
}

static uint32_t index_by_old_hash(const struct tables *tables, const char *name)
{
        uint32_t n = tables->old_hash[1]; /* chains: one for each symbol */
        for (uint32_t index = 1; index < n; index++)
                if (is_it(tables, index, name))
                        return index;
        return 0;
}

static bool is_ours(const struct dl_phdr_info *module)
{
        for (unsigned i = 0; i < module->dlpi_phnum; i++) {
                const ElfW(Phdr) *part = &module->dlpi_phdr[i];
                if (part->p_type == PT_LOAD &&
                    (uintptr_t)lookup_symbol - module->dlpi_addr - part->p_vaddr < part->p_memsz)
                        return true;
        }
        return false;
}

static int module_visit(struct dl_phdr_info *module, size_t size, void *context)
{
        struct search *search = context;
        struct tables tables;
        (void)size;
        if (!tables_find(module, &tables))
                return 0;
        uint32_t index = tables.gnu_hash ? index_by_gnu_hash(&tables, search->name, search->hash)
                                         : index_by_old_hash(&tables, search->name);
        if (index == 0 || is_ours(module))
                return 0;
        search->found = (void *)(module->dlpi_addr + tables.symbols[index].st_value);
        return 1;
}

void *lookup_symbol(const char *name)
{
        struct search search = {.name = name, .hash = name_hash(name)};
        dl_iterate_phdr(module_visit, &search);
        return search.found;
}

/* Up to which symbol those are that a module does not define: they stand in front of those in the GNU table. In an
 * empty one GNU ld names symbol 1; it puts the strings right behind the symbols. */
static size_t imports_end(const struct tables *tables)
{
        if (!tables->gnu_hash)
                return tables->old_hash[1];
        uintptr_t symbols = (uintptr_t)tables->symbols, strings = (uintptr_t)tables->strings;
        if (tables->gnu_hash[1] > 1 || strings < symbols)
                return tables->gnu_hash[1];
        return (strings - symbols) / sizeof *tables->symbols;
}

static int imports_visit(struct dl_phdr_info *module, size_t size, void *context)
{
        struct tables tables;
        if (!tables_find(module, &tables))
                return 0;
        for (size_t i = 1, n = imports_end(&tables); i < n; i++) {
                const ElfW(Sym) *symbol = &tables.symbols[i];
                bool is_import = symbol->st_shndx == SHN_UNDEF && symbol->st_name < tables.strings_bytes;
                for (const char *const *name = context; is_import && *name; name++)
                        if (strcmp(tables.strings + symbol->st_name, *name) == 0)
                                return 1;
        }
        return 0;
}

bool lookup_any_imported(const char *const *names) { return dl_iterate_phdr(imports_visit, (void *)names) != 0; }

struct neighbour {
        uintptr_t below, found;
};

/* The table of hashes tells how many symbols there are: the last one is in the chain that begins last. */
static uint32_t n_symbols(const struct tables *tables)
{
        if (!tables->gnu_hash)
                return tables->old_hash[1];
        const uint32_t *head = tables->gnu_hash;
        const uint32_t *buckets = (const void *)((const ElfW(Addr) *)(const void *)(head + 4) + head[2]);
        uint32_t last = 0;
        for (uint32_t i = 0; i < head[0]; i++)
                if (buckets[i] > last)
                        last = buckets[i];
        if (last < head[1])
                return 0;
        while (!(buckets[head[0] + last - head[1]] & 1))
                last++;
        return last + 1;
}

/* What a program gives to the interpreter as a module of its own is named so, too. */
static bool is_pythons_name(const char *name)
{
        return (strncmp(name, "Py", 2) == 0 || strncmp(name, "_Py", 3) == 0) && strncmp(name, "PyInit_", 7) != 0;
}

static int program_visit(struct dl_phdr_info *program, size_t size, void *context)
{
        struct neighbour *neighbour = context;
        struct tables tables;
        (void)size;
        uint32_t n = tables_find(program, &tables) ? n_symbols(&tables) : 0;
        for (uint32_t i = 1; i < n; i++) {
                const ElfW(Sym) *symbol = &tables.symbols[i];
                uintptr_t at = program->dlpi_addr + symbol->st_value;
                if ((symbol->st_info & 0xf) == STT_FUNC && symbol->st_shndx != SHN_UNDEF && at > neighbour->below &&
                    (!neighbour->found || at < neighbour->found) && is_pythons_name(tables.strings + symbol->st_name))
                        neighbour->found = at;
        }
        return 1; /* the program comes first */
}

uintptr_t lookup_python_behind(uintptr_t address)
{
        struct neighbour neighbour = {.below = address};
        dl_iterate_phdr(program_visit, &neighbour);
        return neighbour.found;
}
