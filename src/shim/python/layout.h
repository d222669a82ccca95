/* Where CPython keeps what a walk must read
 *
 * The structures are CPython's own, not part of its stable ABI, and differ between minor versions; within one minor
 * version they do not change after its first release candidate. One row for each, taken with offsetof() from the
 * headers of that version (Include/cpython/pystate.h, Include/internal/pycore_frame.h, Include/cpython/code.h,
 * Include/frameobject.h up to 3.10). A row is believed only after the self-test of frames.c found what it promises.
 */
#ifndef UNFREED_SHIM_PYTHON_LAYOUT_H
#define UNFREED_SHIM_PYTHON_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

/* How a frame says where it is. Answers are made bytes from the start of the bytecode, whatever was stored. */
enum layout_lasti {
        LAYOUT_LASTI_BYTES,   /* an int, bytes */
        LAYOUT_LASTI_UNITS,   /* an int, instruction words of two bytes */
        LAYOUT_LASTI_POINTER, /* a pointer into the code object's bytecode */
};

/* How the frames that one native evaluation runs are told from those of the next one outwards. */
enum layout_entry {
        LAYOUT_ENTRY_EACH,  /* each Python frame has a native evaluation of its own */
        LAYOUT_ENTRY_FLAG,  /* the outermost frame of an evaluation says so in a byte */
        LAYOUT_ENTRY_OWNER, /* outside it stands a frame owned by the C stack */
};

/* Offsets in bytes. */
struct layout {
        uint8_t minor; /* of Python 3 */
        bool free_threaded;

        uint8_t object_type; /* in any object: its type */
        uint8_t tstate_frame;
        bool tstate_frame_in_cframe; /* tstate_frame holds a pointer to a struct that holds the frame ... */
        uint8_t cframe_frame;        /* ... here */
        uint8_t tstate_thread_id;

        uint8_t frame_back, frame_code, frame_lasti;
        enum layout_lasti lasti;
        enum layout_entry entry;
        uint8_t entry_offset; /* of that byte: a flag, or the owner */
        uint8_t owner_skip;   /* LAYOUT_ENTRY_OWNER: an owner of this value or more has no code of its own */

        uint8_t code_first_line, code_filename, code_qualname, code_line_table, code_bytecode;
        uint8_t line_table_kind; /* as in struct wire_code */

        uint8_t ascii_data; /* in a str all of whose characters are ASCII: its bytes; other compact strs keep two or
                             * three more words before theirs */
        uint8_t wide_data;
        uint8_t str_state; /* the bit field that tells the two apart */
        uint8_t bytes_data;
        uint8_t var_size; /* in a variable-sized object, and a str: its length */
        uint8_t type_flags, type_name; /* in a type */
};

/* The row of a version; NULL when we have none. */
const struct layout *layout_find(unsigned major, unsigned minor, bool free_threaded);

#endif
