/* An interpreter of paper: memory laid out as CPython 3.13's */
#include "mock_python.h"

#include "shim_place.h"

#include <pthread.h>
#include <string.h>

enum { PLACE_BYTES = 512, PLACES = 4096, FRAME_BYTES = 128 };

static unsigned char places[PLACES][PLACE_BYTES] __attribute__((aligned(64)));
static unsigned n_places;
static unsigned char frames[600][FRAME_BYTES] __attribute__((aligned(64)));
static unsigned n_frames;
static unsigned char state[512] __attribute__((aligned(64)));
static bool holds_gil = true;
static char code_type, str_type, type_type;
int mock_initialized = 1;

static void put(unsigned char *object, unsigned offset, const void *value, size_t bytes)
{
        memcpy(object + offset, value, bytes);
}

static void put_word(unsigned char *object, unsigned offset, uintptr_t word) { put(object, offset, &word, sizeof word); }

static unsigned char *place_take(void)
{
        cr_assert_lt(n_places, PLACES);
        return places[n_places++];
}

static void *current(void) { return holds_gil ? state : NULL; }
static void *mine(void) { return state; }
static int initialized(void) { return mock_initialized; }

void mock_begin(void)
{
        place_begin(5);
        thread_self.count = thread_init(&thread_self);
        interpreter = (struct interpreter){.here = true,
                                           .major = 3,
                                           .minor = 13,
                                           .layout = layout_find(3, 13, false),
                                           .version = "3.13.0 (paper)",
                                           .is_initialized = initialized,
                                           .thread_state = current,
                                           .this_thread_state = mine,
                                           .code_type = (uintptr_t)&code_type,
                                           .str_type = (uintptr_t)&str_type,
                                           .type_type = (uintptr_t)&type_type};
        put_word(state, interpreter.layout->tstate_thread_id, (uintptr_t)pthread_self());
}

static unsigned char *str_make(uint64_t length, uint32_t bits)
{
        unsigned char *str = place_take();
        put_word(str, interpreter.layout->object_type, (uintptr_t)&str_type);
        put(str, interpreter.layout->var_size, &length, sizeof length);
        put(str, interpreter.layout->str_state, &bits, sizeof bits);
        return str;
}

uintptr_t mock_ascii(const char *text)
{
        unsigned char *str = str_make(strlen(text), 1 << 2 | 1 << 5 | 1 << 6);
        put(str, interpreter.layout->ascii_data, text, strlen(text) + 1);
        return (uintptr_t)str;
}

uintptr_t mock_wide(const void *characters, unsigned n, unsigned kind)
{
        unsigned char *str = str_make(n, kind << 2 | 1 << 5);
        put(str, interpreter.layout->wide_data, characters, (size_t)n * kind);
        return (uintptr_t)str;
}

uintptr_t mock_code(const char *filename, const char *qualname, int first_line)
{
        const struct layout *layout = interpreter.layout;
        unsigned char *table = place_take(), *code = place_take();
        uint64_t size = 3;
        put(table, layout->var_size, &size, sizeof size);
        put(table, layout->bytes_data, "\x80\x01\x02", 3);
        put_word(code, layout->object_type, (uintptr_t)&code_type);
        put(code, layout->code_first_line, &first_line, sizeof first_line);
        put_word(code, layout->code_filename, mock_ascii(filename));
        put_word(code, layout->code_qualname, mock_ascii(qualname));
        put_word(code, layout->code_line_table, (uintptr_t)table);
        return (uintptr_t)code;
}

void mock_move(uintptr_t frame, uintptr_t code, unsigned lasti)
{
        put_word((unsigned char *)frame, interpreter.layout->frame_code, code);
        put_word((unsigned char *)frame, interpreter.layout->frame_lasti, code + interpreter.layout->code_bytecode + lasti);
}

uintptr_t mock_push(uintptr_t code, unsigned lasti, unsigned owner)
{
        unsigned char *frame = frames[n_frames++];
        put_word(frame, interpreter.layout->frame_back, n_frames > 1 ? (uintptr_t)frames[n_frames - 2] : 0);
        frame[interpreter.layout->entry_offset] = (unsigned char)owner;
        mock_move((uintptr_t)frame, code, lasti);
        put_word(state, interpreter.layout->tstate_frame, (uintptr_t)frame);
        return (uintptr_t)frame;
}

void mock_pop(void)
{
        n_frames--;
        put_word(state, interpreter.layout->tstate_frame, n_frames ? (uintptr_t)frames[n_frames - 1] : 0);
}

void mock_hold_gil(bool held) { holds_gil = held; }
