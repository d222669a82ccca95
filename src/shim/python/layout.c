/* Where CPython keeps what a walk must read: the table */
#include "shim/python/layout.h"

#include <stddef.h>

/* 3.8 to 3.10: frames are objects. 3.11: frames lie on a stack of their own, and one native evaluation runs several.
 * 3.12: outside them stands a frame owned by the C stack. 3.13: the thread state points to the frame directly. */
#define LAYOUT_BEFORE_311                                                                                              \
        .object_type = 8, .tstate_frame = 24, .tstate_thread_id = 176, .frame_back = 24, .frame_code = 32,             \
        .entry = LAYOUT_ENTRY_EACH, .code_first_line = 40, .code_filename = 104, .code_qualname = 112,                 \
        .code_line_table = 120, .ascii_data = 48, .wide_data = 72, .str_state = 32, .bytes_data = 32, .var_size = 16,  \
        .type_flags = 168, .type_name = 24
#define LAYOUT_FROM_312                                                                                                \
        .object_type = 8, .frame_back = 8, .frame_code = 0, .frame_lasti = 56, .lasti = LAYOUT_LASTI_POINTER,          \
        .entry = LAYOUT_ENTRY_OWNER, .owner_skip = 3, .code_first_line = 68, .code_filename = 112,                     \
        .code_qualname = 128, .code_line_table = 136, .line_table_kind = 2, .ascii_data = 40, .wide_data = 56,         \
        .str_state = 32, .bytes_data = 32, .var_size = 16, .type_flags = 168, .type_name = 24

static const struct layout layouts[] = {
        {.minor = 8, LAYOUT_BEFORE_311, .frame_lasti = 104, .lasti = LAYOUT_LASTI_BYTES, .line_table_kind = 0},
        {.minor = 9, LAYOUT_BEFORE_311, .frame_lasti = 104, .lasti = LAYOUT_LASTI_BYTES, .line_table_kind = 0},
        {.minor = 10, LAYOUT_BEFORE_311, .frame_lasti = 96, .lasti = LAYOUT_LASTI_UNITS, .line_table_kind = 1},
        {.minor = 11,
         .object_type = 8,
         .tstate_frame = 56,
         .tstate_frame_in_cframe = true,
         .cframe_frame = 8,
         .tstate_thread_id = 152,
         .frame_back = 48,
         .frame_code = 32,
         .frame_lasti = 56,
         .lasti = LAYOUT_LASTI_POINTER,
         .entry = LAYOUT_ENTRY_FLAG,
         .entry_offset = 68,
         .code_first_line = 72,
         .code_filename = 112,
         .code_qualname = 128,
         .code_line_table = 136,
         .code_bytecode = 184,
         .line_table_kind = 2,
         .ascii_data = 48,
         .wide_data = 72,
         .str_state = 32,
         .bytes_data = 32,
         .var_size = 16,
         .type_flags = 168,
         .type_name = 24},
        {.minor = 12,
         LAYOUT_FROM_312,
         .tstate_frame = 56,
         .tstate_frame_in_cframe = true,
         .cframe_frame = 0,
         .tstate_thread_id = 136,
         .entry_offset = 70,
         .code_bytecode = 192},
        {.minor = 13,
         LAYOUT_FROM_312,
         .tstate_frame = 72,
         .tstate_thread_id = 152,
         .entry_offset = 70,
         .code_bytecode = 200},
        {.minor = 13,
         .free_threaded = true,
         .object_type = 24,
         .tstate_frame = 72,
         .tstate_thread_id = 152,
         .frame_back = 8,
         .frame_code = 0,
         .frame_lasti = 56,
         .lasti = LAYOUT_LASTI_POINTER,
         .entry = LAYOUT_ENTRY_OWNER,
         .entry_offset = 70,
         .owner_skip = 3,
         .code_first_line = 84,
         .code_filename = 128,
         .code_qualname = 144,
         .code_line_table = 152,
         .code_bytecode = 216,
         .line_table_kind = 2,
         .ascii_data = 56,
         .wide_data = 72,
         .str_state = 48,
         .bytes_data = 48,
         .var_size = 32,
         .type_flags = 184,
         .type_name = 40},
        {.minor = 14,
         LAYOUT_FROM_312,
         .tstate_frame = 72,
         .tstate_thread_id = 152,
         .entry_offset = 74,
         .code_bytecode = 208},
};

const struct layout *layout_find(unsigned major, unsigned minor, bool free_threaded)
{
        if (major != 3)
                return NULL;
        for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
                if (layouts[i].minor == minor && layouts[i].free_threaded == free_threaded)
                        return &layouts[i];
        return NULL;
}
