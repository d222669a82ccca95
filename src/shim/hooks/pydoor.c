/* The doors of CPython: its allocators by their exported names
 *
 * Where libpython is a library, extensions (and, in plain builds, libpython itself) reach these names through us, since
 * we come first in symbol scope. Nothing is counted here: what lies behind leads to our hooks (pymem.c), and those
 * must see the caller's return address. So a door is one jump. It is looked up at its first use: libpython may have
 * been loaded late, and by whom is not ours to know.
 */
#include "shim/hooks/door.h"
#include "shim/hooks/pymem.h"
#include "shim/python/lookup.h"

#define PYTHON_DOORS(X)                                                                                                \
        X(0, PyMem_Malloc)                                                                                             \
        X(1, PyMem_Calloc)                                                                                             \
        X(2, PyMem_Realloc)                                                                                            \
        X(3, PyMem_Free)                                                                                               \
        X(4, PyMem_RawMalloc)                                                                                          \
        X(5, PyMem_RawCalloc)                                                                                          \
        X(6, PyMem_RawRealloc)                                                                                         \
        X(7, PyMem_RawFree)                                                                                            \
        X(8, PyObject_Malloc)                                                                                          \
        X(9, PyObject_Calloc)                                                                                          \
        X(10, PyObject_Realloc)                                                                                        \
        X(11, PyObject_Free)

enum { N_DOORS = 12 };
static const char *const names[N_DOORS] = {
#define X(index, name) [index] = #name,
        PYTHON_DOORS(X)
#undef X
};

__attribute__((visibility("hidden"), used)) void *pydoor_next[N_DOORS];

/* A program that asks for these names and has no interpreter: no memory. */
static void *pydoor_none(void) { return NULL; }

__attribute__((visibility("hidden"), used)) void *pydoor_find(unsigned index);
void *pydoor_find(unsigned index)
{
        struct thread *self = &thread_self;
        next_begin();
        thread_quiet_begin(self);
        void *next = lookup_symbol(names[index]);
        thread_quiet_end(self);
        if (!next)
                return (void *)pydoor_none;
        __atomic_store_n(&pydoor_next[index], next, __ATOMIC_RELAXED);
        return next;
}

void pydoor_forget(void)
{
        for (unsigned i = 0; i < N_DOORS; i++)
                __atomic_store_n(&pydoor_next[i], NULL, __ATOMIC_RELAXED);
}

#if defined __x86_64__
/* At most two arguments, in rdi and rsi (three for none of them). */
#define X(index, name)                                                                                                 \
        __asm__(".text\n"                                                                                              \
                ".p2align 4\n"                                                                                         \
                ".globl " #name "\n"                                                                                   \
                ".type " #name ", @function\n" #name ":\n"                                                             \
                ".cfi_startproc\n"                                                                                     \
                "endbr64\n"                                                                                            \
                "movq pydoor_next+8*" #index "(%rip), %rax\n"                                                          \
                "testq %rax, %rax\n"                                                                                   \
                "je 1f\n"                                                                                              \
                "jmp *%rax\n"                                                                                          \
                "1: pushq %rdi\n"                                                                                      \
                ".cfi_adjust_cfa_offset 8\n"                                                                           \
                "pushq %rsi\n"                                                                                         \
                ".cfi_adjust_cfa_offset 8\n"                                                                           \
                "subq $8, %rsp\n"                                                                                      \
                ".cfi_adjust_cfa_offset 8\n"                                                                           \
                "movl $" #index ", %edi\n"                                                                             \
                "call pydoor_find\n"                                                                                   \
                "addq $8, %rsp\n"                                                                                      \
                ".cfi_adjust_cfa_offset -8\n"                                                                          \
                "popq %rsi\n"                                                                                          \
                ".cfi_adjust_cfa_offset -8\n"                                                                          \
                "popq %rdi\n"                                                                                          \
                ".cfi_adjust_cfa_offset -8\n"                                                                          \
                "jmp *%rax\n"                                                                                          \
                ".cfi_endproc\n"                                                                                       \
                ".size " #name ", .-" #name "\n");
PYTHON_DOORS(X)
#undef X
#else
/* Here the hooks see us as the caller: stacks have one frame more, and no call counts as the interpreter's own. */
#define X(index, name)                                                                                                 \
        DOOR void *name(void *first, void *second);                                                                    \
        DOOR void *name(void *first, void *second)                                                                     \
        {                                                                                                              \
                void *next = pydoor_next[index];                                                                       \
                return ((void *(*)(void *, void *))(next ? next : pydoor_find(index)))(first, second);                 \
        }
PYTHON_DOORS(X)
#undef X
#endif
