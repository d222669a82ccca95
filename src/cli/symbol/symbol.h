/* From an address in a module to what a person calls it */
#ifndef UNFREED_CLI_SYMBOL_H
#define UNFREED_CLI_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_LANGUAGES(X)                                                                                             \
        X(UNKNOWN, "unknown")                                                                                          \
        X(C, "c")                                                                                                      \
        X(CXX, "c++")                                                                                                  \
        X(RUST, "rust")                                                                                                \
        X(FORTRAN, "fortran")                                                                                          \
        X(PYTHON, "python")                                                                                            \
        X(CYTHON, "cython")

enum frame_language {
#define X(id, name) LANGUAGE_##id,
        FRAME_LANGUAGES(X)
#undef X
};

/* A frame with its names. Strings belong to the symbols object (or the process) and are never freed one by one. */
struct frame {
        const char *function;    /* demangled, with parameters as the demangler gives them; NULL = not known */
        const char *raw;         /* as in the symbol table; NULL = not known */
        const char *file;        /* as DWARF says, made absolute with the compilation directory; NULL = not known */
        int line;                /* 0 = not known */
        const char *module_path; /* NULL = in no module */
        const char *module;      /* last part of it */
        uint64_t offset;      /* of the return address, from the module's symbol-table zero: what addr2line -e takes */
        const char *build_id; /* lower-case hex, NULL = none */
        bool inlined;
        enum frame_language language;
};

struct symbols;
struct module;
struct raw_frame;

struct symbols *symbols_new(void);
void symbols_free(struct symbols *symbols);

/* Name one recorded frame: one frame out for each level of inlining, innermost first; at least one, at most `max`
 * (>= 1). Looks in the names that came with a capture first, then at the module's file, its separate debug file by
 * build-id and by .gnu_debuglink. A file whose build-id is not that of the capture is not believed. */
size_t symbols_name(struct symbols *symbols, const struct raw_frame *raw, struct frame *ret_frames, size_t max);

/* What holds the byte at `address` of a module's data: list, or list+0x10. NULL where nothing says so. */
const char *symbols_name_datum(struct symbols *symbols, const struct module *module, uint64_t address);

/* Are both the same function of a .pyx, `outer` being C that Cython put around `inner`, which it calls? Only the inner
 * one is then worth showing. symbols_name() has left out wrappers that the compiler inlined; others are frames of
 * their own. */
bool frame_is_wrapper(const struct frame *outer, const struct frame *inner);

/* Where separate debug files are looked for; /usr/lib/debug unless told. */
void symbols_set_debug_root(struct symbols *symbols, const char *directory);

/* All that was named so far, as the bytes of a "Names" section (wire/FORMAT.md); *ret_bytes is the caller's to free().
 */
void symbols_write(const struct symbols *symbols, uint8_t **ret_bytes, size_t *ret_n_bytes);

/* Take in what symbols_write() gave, on this machine or another; may be called again and again, the first name of a
 * place stays. Returns NULL, or what is wrong with the bytes, in words; nothing is taken in then. */
const char *symbols_read(struct symbols *symbols, const uint8_t *bytes, size_t n_bytes);

#endif
