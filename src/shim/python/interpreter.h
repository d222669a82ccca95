/* Which Python is here, if any
 *
 * Nothing is linked against libpython and nothing of it is assumed to be there: its symbols are looked for at our
 * constructor (python is the program, or linked to it) and after each dlopen (an embedder), and what was found is
 * kept here. A process has one interpreter library; a second one is left alone.
 */
#ifndef UNFREED_SHIM_PYTHON_INTERPRETER_H
#define UNFREED_SHIM_PYTHON_INTERPRETER_H

#include "shim/python/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* PEP 445, PyMemAllocatorEx: the functions behind one domain. Part of the stable layout since 3.5. */
struct python_allocator {
        void *context;
        void *(*give)(void *context, size_t size);
        void *(*give_zeroed)(void *context, size_t count, size_t size);
        void *(*resize)(void *context, void *block, size_t size);
        void (*release)(void *context, void *block);
};

enum python_domain { PYTHON_RAW, PYTHON_MEM, PYTHON_OBJECT, PYTHON_DOMAINS }; /* PyMemAllocatorDomain's values */

struct interpreter {
        bool here;
        uint8_t major, minor, micro;
        bool free_threaded, debug;
        const struct layout *layout; /* NULL = not known: no Python frames, no look into objects */
        uintptr_t text_start, text_end; /* the interpreter's own code ... */
        uintptr_t apart_start, apart_bytes; /* ... but for these: a program's that has an interpreter linked in */
        const char *version;            /* the interpreter's own string */

        void (*get_allocator)(int domain, struct python_allocator *ret_allocator);
        void (*set_allocator)(int domain, struct python_allocator *allocator);
        int (*is_initialized)(void);
        void *(*thread_state)(void);       /* the current one; may be another thread's up to 3.11 */
        void *(*this_thread_state)(void);  /* that of this thread, whether it holds the GIL or not */
        uintptr_t code_type, str_type, type_type;
};
extern struct interpreter interpreter;

/* Look for an interpreter, once found for good. `lookup` finds a symbol of the process by name, or NULL. True when
 * one was found by this call. */
bool interpreter_look(void *(*lookup)(const char *name));

/* Is this address the interpreter's own code? */
static inline bool interpreter_holds(uintptr_t pc)
{
        return pc - interpreter.text_start < interpreter.text_end - interpreter.text_start &&
               pc - interpreter.apart_start >= interpreter.apart_bytes;
}

/* Does the calling thread hold the GIL (or, where there is none, an attached thread state)? True while it cannot be
 * told: before the interpreter is initialised and once it is being finalised. */
bool interpreter_gil_held(void);

/* Is the interpreter part of a program that is not just it? Then find out which code is the program's. */
void interpreter_set_apart(void);

/* Write what was found into the arena's header; again after fork. `why_off` may be NULL. */
void interpreter_tell(const char *why_off);

#endif
