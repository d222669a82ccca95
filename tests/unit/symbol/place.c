/* Places in the fixtures: see place.h */
#include "place.h"

#include "cli/symbol/file.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

enum { BIAS = 0x555555000000 }; /* as under ASLR */

struct mark { /* as SITE writes it */
        int64_t distance;
        uint64_t number;
};

uint64_t place_site(const char *path, unsigned number)
{
        struct elf_file *file = elf_file_open(path);
        Elf_Scn *section = file ? elf_file_section(file, ".sites") : NULL;
        GElf_Shdr header;
        Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
        uint64_t address = 0;

        if (data && gelf_getshdr(section, &header))
                for (size_t at = 0; at + sizeof(struct mark) <= data->d_size; at += sizeof(struct mark)) {
                        struct mark mark;

                        memcpy(&mark, (char *)data->d_buf + at, sizeof mark);
                        if (mark.number == number)
                                address = header.sh_addr + at + (uint64_t)mark.distance;
                }
        elf_file_close(file);
        return address;
}

struct module place_module(const char *path, const char *built_as)
{
        struct module module = {.path = path, .name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path, .bias = BIAS};
        struct elf_file *file = built_as ? elf_file_open(built_as) : NULL;

        if (file && file->build_id_bytes <= sizeof module.build_id) {
                module.build_id_bytes = (unsigned)file->build_id_bytes;
                memcpy(module.build_id, file->build_id, file->build_id_bytes);
        }
        elf_file_close(file);
        return module;
}

size_t place_name(struct symbols *symbols, const struct module *module, uint64_t site, struct frame *ret_frames)
{
        struct raw_frame raw = {.kind = RAW_NATIVE, .address = site + 1 + module->bias, .module = module};

        return symbols_name(symbols, &raw, ret_frames, PLACE_FRAMES);
}
