/* A module's file on this machine: see image.h */
#include "cli/symbol/image.h"

#include "cli/symbol/cython.h"
#include "cli/symbol/debug.h"
#include "cli/symbol/demangle.h"
#include "cli/symbol/file.h"
#include "cli/symbol/table.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char gone[] = " (deleted)"; /* how the kernel marks the path of a file that was unlinked */

struct image *image_new(struct texts *texts, const char *path, const uint8_t *build_id, unsigned build_id_bytes)
{
        struct image *image = texts_take(texts, sizeof *image);
        char hex[2 * WIRE_BUILD_ID_BYTES + 1] = "";
        const char *slash;

        if (build_id_bytes > WIRE_BUILD_ID_BYTES)
                build_id_bytes = WIRE_BUILD_ID_BYTES;
        image->path = texts_intern(texts, path);
        slash = strrchr(image->path, '/');
        image->name = slash ? texts_intern(texts, slash + 1) : image->path;
        image->build_id_bytes = build_id_bytes;
        if (build_id_bytes)
                memcpy(image->build_id, build_id, build_id_bytes);
        for (unsigned i = 0; i < build_id_bytes; i++)
                sprintf(hex + 2 * i, "%02x", build_id[i]);
        image->build_id_hex = build_id_bytes ? texts_intern(texts, hex) : NULL;
        return image;
}

void image_close(struct image *image)
{
        cython_free(image->cython);
        debug_free(image->dwarf);
        table_free(image->table);
        table_free(image->data);
        elf_file_close(image->debug);
        elf_file_close(image->main);
}

/* A file that was unlinked may be there again; only a build-id can tell that it is the same. */
static struct elf_file *open_main(const struct image *image, char *ret_path)
{
        size_t bytes = strlen(image->path), gone_bytes = sizeof gone - 1;
        bool is_gone = bytes > gone_bytes && strcmp(image->path + bytes - gone_bytes, gone) == 0;
        struct elf_file *file;

        if (is_gone)
                bytes -= gone_bytes;
        if (*image->path != '/' || bytes >= PATH_MAX || (is_gone && !image->build_id_bytes))
                return NULL;
        memcpy(ret_path, image->path, bytes);
        ret_path[bytes] = 0;
        file = elf_file_open(ret_path);
        if (file && image->build_id_bytes && !elf_file_is(file, image->build_id, image->build_id_bytes)) {
                elf_file_close(file);
                file = NULL;
        }
        return file;
}

/* glibc's own files. Its functions are known by their symbols, exported or (with its debug package) not: where in it
 * a call stands says nothing to whoever calls it, and inlined calls in it would make other ids where the package is
 * installed. Nor are its compressed sections worth 40 ms of every report. */
static bool is_c_library(const char *name)
{
        static const char *const names[] = {"libc",       "ld-linux", "ld64",      "ld",     "libm",
                                            "libpthread", "libdl",    "librt",     "libutil", "libresolv"};
        size_t bytes = strcspn(name, ".-"), whole = strncmp(name, "ld-linux", 8) == 0 ? 8 : bytes;

        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                if (strlen(names[i]) == whole && strncmp(names[i], name, whole) == 0)
                        return strstr(name + whole, ".so") != NULL;
        return false;
}

static struct debug *open_debug(const struct elf_file *file, struct texts *texts)
{
        if (!file || (!elf_file_section(file, ".debug_info") && !elf_file_section(file, ".zdebug_info")))
                return NULL;
        return debug_new(file->elf, texts);
}

static void ask(struct image *image, struct texts *texts, const char *debug_root)
{
        char path[PATH_MAX];

        image->asked = true;
        image->main = open_main(image, path);
        bool wanted = !is_c_library(image->name);
        image->dwarf = wanted ? open_debug(image->main, texts) : NULL;
        if (!image->dwarf) {
                image->debug =
                        elf_file_open_debug(image->main, path, debug_root, image->build_id, image->build_id_bytes);
                image->dwarf = wanted ? open_debug(image->debug, texts) : NULL;
        }
        if (image->main || image->debug)
                image->table = table_new(image->main, image->debug, TABLE_OF_FUNCTIONS);
        if (image->main)
                image->cython = cython_new(image->main, image->table);
}

static bool is_mangled(const char *name) { return strncmp(name, "_Z", 2) == 0 || strncmp(name, "_R", 2) == 0; }

/* A name out of a symbol table: without the version that some linkers write behind it. */
static const char *without_version(struct texts *texts, const char *name)
{
        const char *at = strchr(name, '@');

        return at && at > name ? texts_intern_part(texts, name, (size_t)(at - name)) : texts_intern(texts, name);
}

static void name_by_symbol(struct texts *texts, const struct table_symbol *symbol, struct frame *frame)
{
        const char *plain;

        frame->raw = without_version(texts, symbol->name);
        plain = demangle(texts, frame->raw, &frame->language);
        frame->function = plain ? plain : frame->raw;
}

/* The name that DWARF gives, and for a true function the one in the symbol table beside it.
 *
 * C libraries export a function under other names than their sources give it (strdup is __strdup there). The exported
 * one is what callers write, and all that a machine without debug information can tell; so it is taken. */
static void name_by_call(struct texts *texts, const struct debug_call *call, const struct table_symbol *symbol,
                         struct frame *frame)
{
        const char *linkage = call->linkage, *plain;

        frame->file = call->file;
        frame->line = call->line;
        frame->inlined = call->inlined;
        frame->language = call->language;
        if (!call->name && !linkage) {
                if (symbol)
                        name_by_symbol(texts, symbol, frame);
                return;
        }
        if (symbol && (call->inlined || symbol->start != call->entry))
                symbol = NULL;
        if (symbol && symbol->exported && !is_mangled(symbol->name) && !(linkage && is_mangled(linkage)) &&
            (call->language == LANGUAGE_C || call->language == LANGUAGE_UNKNOWN)) {
                frame->function = frame->raw = without_version(texts, symbol->name);
                return;
        }
        if (!linkage && symbol && is_mangled(symbol->name))
                linkage = symbol->name;
        frame->raw = texts_intern(texts, linkage  ? linkage
                                         : symbol ? without_version(texts, symbol->name)
                                                  : call->name);
        plain = linkage && call->language != LANGUAGE_FORTRAN ? demangle(texts, linkage, &(enum frame_language){0})
                                                              : NULL;
        frame->function = plain ? plain : texts_intern(texts, call->name ? call->name : linkage);
}

size_t image_name(struct image *image, struct texts *texts, const char *debug_root, uint64_t offset,
                  struct frame *ret_frames, size_t max)
{
        /* A call that never returns may be its function's last instruction: the return address is then of the next. */
        uint64_t address = offset - 1;
        struct frame blank = {
                .module_path = image->path,
                .module = image->name,
                .build_id = image->build_id_hex,
                .offset = offset,
        };
        struct debug_call calls[256];
        const struct table_symbol *symbol;
        size_t n = 0;

        if (!image->asked)
                ask(image, texts, debug_root);
        if (max > sizeof calls / sizeof *calls)
                max = sizeof calls / sizeof *calls;
        symbol = image->table ? table_find(image->table, address) : NULL;
        if (image->dwarf)
                n = debug_find(image->dwarf, address, calls, max);
        for (size_t i = 0; i < n; i++) {
                ret_frames[i] = blank;
                name_by_call(texts, &calls[i], symbol, &ret_frames[i]);
        }
        if (n == 0) {
                *ret_frames = blank;
                if (symbol)
                        name_by_symbol(texts, symbol, ret_frames);
                n = 1;
        }
        return image->cython ? cython_name(image->cython, texts, address, ret_frames, n) : n;
}

/* A static variable inside a function has a number of the compiler's behind its name. */
static const char *without_number(struct texts *texts, const char *name)
{
        const char *dot = strrchr(name, '.');

        if (!dot || dot == name || !dot[1] || dot[1 + strspn(dot + 1, "0123456789")])
                return name;
        return texts_intern_part(texts, name, (size_t)(dot - name));
}

void image_name_datum(struct image *image, struct texts *texts, const char *debug_root, uint64_t offset,
                      struct frame *ret_frame)
{
        const struct table_symbol *symbol;
        struct frame frame = {
                .module_path = image->path,
                .module = image->name,
                .build_id = image->build_id_hex,
                .offset = offset,
        };

        if (!image->asked)
                ask(image, texts, debug_root);
        if (!image->data && (image->main || image->debug))
                image->data = table_new(image->main, image->debug, TABLE_OF_DATA);
        symbol = image->data ? table_find(image->data, offset) : NULL;
        if (symbol) {
                name_by_symbol(texts, symbol, &frame);
                frame.function = without_number(texts, frame.function);
        }
        if (symbol && offset != symbol->start) {
                char *whole = NULL;

                if (asprintf(&whole, "%s+0x%llx", frame.function, (unsigned long long)(offset - symbol->start)) > 0)
                        frame.function = texts_intern(texts, whole);
                free(whole);
        }
        *ret_frame = frame;
}
