/* Object files: opened, recognised, and their separate debug files found
 *
 * Distributions ship debug information apart from the program. It is looked for on this machine only, first by
 * build-id (<root>/.build-id/ab/cdef….debug), then by the name in .gnu_debuglink beside the program, in its .debug
 * folder and under <root>. Nothing here ever asks the network.
 */
#ifndef UNFREED_CLI_SYMBOL_FILE_H
#define UNFREED_CLI_SYMBOL_FILE_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_file {
        int fd;
        Elf *elf;
        const uint8_t *build_id; /* in the file, NULL = none */
        size_t build_id_bytes;
};

/* NULL when there is no such file, or it is no ELF object that could be read. */
struct elf_file *elf_file_open(const char *path);
void elf_file_close(struct elf_file *file);

/* Was the file built with that id? A recorded id may be shorter than the true one when it was cut to
 * WIRE_BUILD_ID_BYTES. */
bool elf_file_is(const struct elf_file *file, const uint8_t *build_id, unsigned build_id_bytes);

/* Has it a section of that name with bytes in it? */
Elf_Scn *elf_file_section(const struct elf_file *file, const char *name);

/* The separate debug file of what is (or was) at `path`; `main` may be NULL when that file is gone. */
struct elf_file *elf_file_open_debug(const struct elf_file *main, const char *path, const char *debug_root,
                                     const uint8_t *build_id, unsigned build_id_bytes);

#endif
