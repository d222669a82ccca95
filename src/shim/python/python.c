/* CPython, seen without linking it: beginning, end, and what it is forgiven */
#include "shim/python/python.h"

#include "shim/arena/arena.h"
#include "shim/python/frames.h"
#include "shim/python/site.h"

/* Up to 3.6 CPython sets its allocators anew after we have laid ours over them (Programs/python.c, main). */
static const char *why_not_all(void)
{
        return interpreter.layout                               ? NULL
               : interpreter.major == 3 && interpreter.minor < 7 ? "PyMem_*, PyObject_* and Python frames: this version is too old"
                                                                 : "Python frames: the layout of this version is not known";
}

void python_begin(void)
{
        interpreter_set_apart();
        interpreter_tell(why_not_all());
        if (arena.base)
                arena.header->python.frames = interpreter.layout != NULL && !frames_why_off();
}

void python_end(void)
{
        interpreter = (struct interpreter){0};
        layer_forget();
        site_forget();
}

void python_fork_child(void)
{
        if (!interpreter.here)
                return;
        frames_forget();
        site_forget();
        python_begin();
        if (frames_why_off())
                interpreter_tell(frames_why_off());
}

/* The innermost native frame of a stack; 0 = it has none. */
static uintptr_t stack_leaf(uint32_t node)
{
        for (; node; node = arena.nodes[node].parent) {
                uint64_t word = arena.nodes[node].word;
                if (wire_word_tag(word) < WIRE_TAG_ALLOCATOR)
                        return wire_word_value(word);
        }
        return 0;
}

bool python_excuses(const struct block *block, enum wire_entry entry)
{
        if (!interpreter.here)
                return false;
        if (python_family(wire_entry_family(entry))) {
                /* Given by the interpreter's own call of malloc: its raw domain, while our layer was not over it. Among
                 * its own families it never mixes: its debug hooks would stop it. */
                return block->family == WIRE_FAMILY_MALLOC && interpreter_holds(stack_leaf(block->stack));
        }
        return python_family(block->family) && layer_laid_aside(PYTHON_RAW);
}
