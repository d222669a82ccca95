/* A small program file, as a linker would make it: for tests of who reads such a file */
#ifndef UNFREED_TEST_PROGRAM_FILE_H
#define UNFREED_TEST_PROGRAM_FILE_H

#include <elf.h>
#include <stddef.h>
#include <string.h>

struct program_file {
        Elf64_Ehdr elf;
        Elf64_Phdr loader, code, data, dynamic;
        char interpreter[32];
        Elf64_Dyn entries[6];
        char names[96];
};

enum { PROGRAM_FILE_AT = 0x400000, PROGRAM_FILE_DATA_AT = 0x600000 };

/* It needs libm and this library; its names stand in a segment that lies elsewhere in memory than in the file. */
static inline void program_file_make(struct program_file *ret, const char *library)
{
#define AT(field) offsetof(struct program_file, field)
        *ret = (struct program_file){
                .elf = {.e_ident = ELFMAG, .e_phoff = AT(loader), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 4},
                .loader = {.p_type = PT_INTERP, .p_offset = AT(interpreter), .p_filesz = sizeof ret->interpreter},
                .code = {.p_type = PT_LOAD, .p_vaddr = PROGRAM_FILE_AT, .p_filesz = AT(names)},
                .data = {.p_type = PT_LOAD,
                         .p_offset = AT(names),
                         .p_vaddr = PROGRAM_FILE_DATA_AT,
                         .p_filesz = sizeof ret->names},
                .dynamic = {.p_type = PT_DYNAMIC,
                            .p_offset = AT(entries),
                            .p_vaddr = PROGRAM_FILE_AT + AT(entries),
                            .p_filesz = sizeof ret->entries},
                .interpreter = "/lib64/ld-linux-x86-64.so.2",
                .entries = {{DT_NEEDED, {1}},
                            {DT_SONAME, {20}},
                            {DT_NEEDED, {40}},
                            {DT_STRTAB, {PROGRAM_FILE_DATA_AT}}},
                .names = "\0libm.so.6",
        };
#undef AT
        ret->elf.e_ident[EI_CLASS] = ELFCLASS64;
        ret->elf.e_type = ET_DYN;
#if defined __aarch64__
        ret->elf.e_machine = EM_AARCH64;
#else
        ret->elf.e_machine = EM_X86_64;
#endif
        strcpy(ret->names + 20, "libasan.so.8"); /* its own name, which counts for nothing */
        strcpy(ret->names + 40, library);
}

#endif
