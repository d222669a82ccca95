/* A module's file on this machine, if it is the one that was recorded
 *
 * The record may be older than the file: a package was upgraded, a program was built anew. An image whose build-id is
 * not the recorded one gives no names at all, since wrong names are worse than none. Files are opened at the first
 * question, and their parts are read as far as the questions go.
 */
#ifndef UNFREED_CLI_SYMBOL_IMAGE_H
#define UNFREED_CLI_SYMBOL_IMAGE_H

#include "cli/symbol/symbol.h"
#include "cli/symbol/texts.h"
#include "wire/arena.h"

struct image {
        const char *path, *name;  /* as in struct module */
        const char *build_id_hex; /* NULL = none */
        uint8_t build_id[WIRE_BUILD_ID_BYTES];
        unsigned build_id_bytes;
        bool asked;             /* the files below have been looked for */
        struct elf_file *main;  /* NULL: gone, unreadable, or another build */
        struct elf_file *debug; /* separate debug file, or NULL */
        struct table *table;    /* symbol tables, or NULL */
        struct table *data;     /* the same of data, made at the first question, or NULL */
        struct cython *cython;  /* NULL: not an extension module of CPython */
        struct debug *dwarf;    /* or NULL */
};

struct image *image_new(struct texts *texts, const char *path, const uint8_t *build_id, unsigned build_id_bytes);
void image_close(struct image *image);

/* Name the call that returns to `offset`: one frame for each level of inlining, innermost first. At least one frame,
 * at most `max` (>= 1). Strings are in the texts. */
size_t image_name(struct image *image, struct texts *texts, const char *debug_root, uint64_t offset,
                  struct frame *ret_frames, size_t max);

/* Name the datum that holds the byte at `offset`, as list or list+0x10. One frame; without a name its function is NULL. */
void image_name_datum(struct image *image, struct texts *texts, const char *debug_root, uint64_t offset,
                      struct frame *ret_frame);

#endif
