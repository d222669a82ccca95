/* Which Python is here, if any */
#include "shim/python/interpreter.h"

#include "bare/number.h"
#include "shim/arena/arena.h"
#include "shim/python/lookup.h"
#include "shim/stack/stack.h"
#include "shim/sys/maps.h"
#include "shim/sys/probe.h"

#include <pthread.h>
#include <string.h>
#include <sys/auxv.h>

struct interpreter interpreter;

static bool says(const char *text, const char *words)
{
        size_t n = strlen(words);
        for (; *text; text++)
                if (strncmp(text, words, n) == 0)
                        return true;
        return false;
}

/* "3.11.2 (main, ...)", "3.13.0 experimental free-threading build (...)", "3.14.0rc1+ ..." */
static void version_parse(const char *text)
{
        interpreter.version = text;
        interpreter.major = (uint8_t)number_parse(&text);
        if (*text == '.')
                text++;
        interpreter.minor = (uint8_t)number_parse(&text);
        if (*text == '.')
                text++;
        interpreter.micro = (uint8_t)number_parse(&text);
        interpreter.free_threaded = says(text, "free-threading");
}

/* The mapping of code that holds the function. */
static bool text_find(uintptr_t function)
{
        struct map map;
        if (maps_find(function, &map) == MAP_IS_NONE || !map.executable)
                return false;
        interpreter.text_start = map.start;
        interpreter.text_end = map.end;
        return true;
}

bool interpreter_look(void *(*lookup)(const char *name))
{
        struct interpreter *i = &interpreter;
        if (i->here)
                return false;
        i->set_allocator = lookup("PyMem_SetAllocator");
        i->get_allocator = lookup("PyMem_GetAllocator");
        i->is_initialized = lookup("Py_IsInitialized");
        const char *(*version)(void) = lookup("Py_GetVersion");
        if (!i->set_allocator || !i->get_allocator || !i->is_initialized || !version)
                return false;
        if (!text_find((uintptr_t)i->set_allocator))
                return false;
        version_parse(version());
        i->thread_state = lookup("PyThreadState_GetUnchecked");
        if (!i->thread_state)
                i->thread_state = lookup("_PyThreadState_UncheckedGet");
        i->this_thread_state = lookup("PyGILState_GetThisThreadState");
        i->code_type = (uintptr_t)lookup("PyCode_Type");
        i->str_type = (uintptr_t)lookup("PyUnicode_Type");
        i->type_type = (uintptr_t)lookup("PyType_Type");
        i->debug = lookup("_Py_NegativeRefcount") != NULL;
        if (i->thread_state && i->this_thread_state && i->code_type && i->str_type && i->type_type)
                i->layout = layout_find(i->major, i->minor, i->free_threaded);
        i->here = true;
        return true;
}

bool interpreter_gil_held(void)
{
        if (!interpreter.thread_state)
                return true;
        void *state = interpreter.thread_state();
        /* Up to 3.11 the current thread state is a global of the process: it may be that of whoever holds the GIL. */
        bool is_global = interpreter.minor < 12;
        if (state && (!is_global || !interpreter.layout || state == interpreter.this_thread_state()))
                return true;
        if (!interpreter.is_initialized())
                return true;
        if (!state)
                return is_global && !interpreter.layout;
        uintptr_t thread_id; /* probed: that thread may be giving its state back at this moment */
        return !probe_read((uintptr_t)state + interpreter.layout->tstate_thread_id, &thread_id, sizeof thread_id) ||
               thread_id == (uintptr_t)pthread_self();
}

/* Is the interpreter's code in a library of its own, rather than in the program? */
static bool is_shared(void)
{
        const char *program = arena_element(WIRE_EXTENT_TEXT, arena.header->exe, 1);
        uint32_t module = stack_module(interpreter.text_start);
        return module && strcmp(arena_element(WIRE_EXTENT_TEXT, arena.modules[module].path, 1), program) != 0;
}

/* The linker puts a program's own objects behind that of the entry point and before what it takes from libraries, which
 * libpython.a is the first of, mostly; an order of other code (.text.hot, .text.unlikely) changes nothing in that. Where
 * an executable is called python, none of it is anybody else's. */
void interpreter_set_apart(void)
{
        if (!interpreter.here || !arena.base || is_shared())
                return;
        const char *program = arena_element(WIRE_EXTENT_TEXT, arena.header->exe, 1);
        const char *name = strrchr(program, '/') ? strrchr(program, '/') + 1 : program;
        uintptr_t entry = getauxval(AT_ENTRY);
        if (strncmp(name, "python", 6) == 0 || entry - interpreter.text_start >= interpreter.text_end - interpreter.text_start)
                return;
        uintptr_t behind = lookup_python_behind(entry);
        interpreter.apart_start = entry;
        interpreter.apart_bytes = behind && behind < interpreter.text_end ? behind - entry : 0;
}

void interpreter_tell(const char *why_off)
{
        if (!interpreter.here || !arena.base)
                return;
        struct wire_python *python = &arena.header->python;
        if (!python->version)
                python->version = arena_text(interpreter.version);
        if (why_off && !python->why_off)
                python->why_off = arena_text(why_off);
        python->major = interpreter.major;
        python->minor = interpreter.minor;
        python->micro = interpreter.micro;
        python->shared = is_shared();
        python->free_threaded = interpreter.free_threaded;
        python->debug = interpreter.debug;
        python->seen = 1;
}
