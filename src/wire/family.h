/* Families and entry points
 *
 * A family is a set of functions of which one may release what another allocated. An entry point is one exported
 * function through which the program reached the allocator. Both are tables, so that the shim, the readers and the
 * texts shown to people never disagree: a row added here appears everywhere.
 */
#ifndef UNFREED_WIRE_FAMILY_H
#define UNFREED_WIRE_FAMILY_H

/* id, name in reports, the function that rightly releases it */
#define WIRE_FAMILIES(X)                                                                                               \
        X(MALLOC, "malloc", "free")                                                                                    \
        X(NEW, "new", "delete")                                                                                        \
        X(NEW_ARRAY, "new[]", "delete[]")                                                                              \
        X(PYMEM, "pymem", "PyMem_Free")                                                                                \
        X(PYOBJECT, "pyobject", "PyObject_Free")                                                                       \
        X(PYMEM_RAW, "pymem_raw", "PyMem_RawFree")

/* Zero is "no family", so that a zeroed slot is an empty one. At most 7 rows: a slot has three bits for it. */
enum wire_family {
        WIRE_FAMILY_NONE,
#define X(id, name, release) WIRE_FAMILY_##id,
        WIRE_FAMILIES(X)
#undef X
        WIRE_FAMILY_END,
};
_Static_assert(WIRE_FAMILY_END <= 8, "a slot has three bits for the family");

enum wire_role {
        WIRE_BIRTH,   /* gives a block */
        WIRE_RELEASE, /* takes one back */
        WIRE_RESIZE,  /* takes one and gives one */
};

/* id, name in reports, family, role. Append only: ids are stored in captures. */
#define WIRE_ENTRIES(X)                                                                                                \
        X(MALLOC, "malloc", MALLOC, BIRTH)                                                                             \
        X(CALLOC, "calloc", MALLOC, BIRTH)                                                                             \
        X(REALLOC, "realloc", MALLOC, RESIZE)                                                                          \
        X(REALLOCARRAY, "reallocarray", MALLOC, RESIZE)                                                                \
        X(MEMALIGN, "memalign", MALLOC, BIRTH)                                                                         \
        X(POSIX_MEMALIGN, "posix_memalign", MALLOC, BIRTH)                                                             \
        X(ALIGNED_ALLOC, "aligned_alloc", MALLOC, BIRTH)                                                               \
        X(VALLOC, "valloc", MALLOC, BIRTH)                                                                             \
        X(PVALLOC, "pvalloc", MALLOC, BIRTH)                                                                           \
        X(FREE, "free", MALLOC, RELEASE)                                                                               \
        X(CFREE, "cfree", MALLOC, RELEASE)                                                                             \
        X(FREE_SIZED, "free_sized", MALLOC, RELEASE)                                                                   \
        X(FREE_ALIGNED_SIZED, "free_aligned_sized", MALLOC, RELEASE)                                                   \
        X(NEW, "operator new", NEW, BIRTH)                                                                             \
        X(NEW_NOTHROW, "operator new(nothrow)", NEW, BIRTH)                                                            \
        X(NEW_ALIGNED, "operator new(align)", NEW, BIRTH)                                                              \
        X(NEW_ALIGNED_NOTHROW, "operator new(align, nothrow)", NEW, BIRTH)                                             \
        X(NEW_ARRAY, "operator new[]", NEW_ARRAY, BIRTH)                                                               \
        X(NEW_ARRAY_NOTHROW, "operator new[](nothrow)", NEW_ARRAY, BIRTH)                                              \
        X(NEW_ARRAY_ALIGNED, "operator new[](align)", NEW_ARRAY, BIRTH)                                                \
        X(NEW_ARRAY_ALIGNED_NOTHROW, "operator new[](align, nothrow)", NEW_ARRAY, BIRTH)                               \
        X(DELETE, "operator delete", NEW, RELEASE)                                                                     \
        X(DELETE_NOTHROW, "operator delete(nothrow)", NEW, RELEASE)                                                    \
        X(DELETE_SIZED, "operator delete(size)", NEW, RELEASE)                                                         \
        X(DELETE_ALIGNED, "operator delete(align)", NEW, RELEASE)                                                      \
        X(DELETE_ALIGNED_NOTHROW, "operator delete(align, nothrow)", NEW, RELEASE)                                     \
        X(DELETE_SIZED_ALIGNED, "operator delete(size, align)", NEW, RELEASE)                                          \
        X(DELETE_ARRAY, "operator delete[]", NEW_ARRAY, RELEASE)                                                       \
        X(DELETE_ARRAY_NOTHROW, "operator delete[](nothrow)", NEW_ARRAY, RELEASE)                                      \
        X(DELETE_ARRAY_SIZED, "operator delete[](size)", NEW_ARRAY, RELEASE)                                           \
        X(DELETE_ARRAY_ALIGNED, "operator delete[](align)", NEW_ARRAY, RELEASE)                                        \
        X(DELETE_ARRAY_ALIGNED_NOTHROW, "operator delete[](align, nothrow)", NEW_ARRAY, RELEASE)                       \
        X(DELETE_ARRAY_SIZED_ALIGNED, "operator delete[](size, align)", NEW_ARRAY, RELEASE)                            \
        X(PYMEM_MALLOC, "PyMem_Malloc", PYMEM, BIRTH)                                                                  \
        X(PYMEM_CALLOC, "PyMem_Calloc", PYMEM, BIRTH)                                                                  \
        X(PYMEM_REALLOC, "PyMem_Realloc", PYMEM, RESIZE)                                                               \
        X(PYMEM_FREE, "PyMem_Free", PYMEM, RELEASE)                                                                    \
        X(PYOBJECT_MALLOC, "PyObject_Malloc", PYOBJECT, BIRTH)                                                         \
        X(PYOBJECT_CALLOC, "PyObject_Calloc", PYOBJECT, BIRTH)                                                         \
        X(PYOBJECT_REALLOC, "PyObject_Realloc", PYOBJECT, RESIZE)                                                      \
        X(PYOBJECT_FREE, "PyObject_Free", PYOBJECT, RELEASE)                                                           \
        X(PYMEM_RAW_MALLOC, "PyMem_RawMalloc", PYMEM_RAW, BIRTH)                                                       \
        X(PYMEM_RAW_CALLOC, "PyMem_RawCalloc", PYMEM_RAW, BIRTH)                                                       \
        X(PYMEM_RAW_REALLOC, "PyMem_RawRealloc", PYMEM_RAW, RESIZE)                                                    \
        X(PYMEM_RAW_FREE, "PyMem_RawFree", PYMEM_RAW, RELEASE)

enum wire_entry {
        WIRE_ENTRY_NONE,
#define X(id, name, family, role) WIRE_ENTRY_##id,
        WIRE_ENTRIES(X)
#undef X
        WIRE_ENTRY_END,
};
_Static_assert(WIRE_ENTRY_END <= 256, "an allocator frame has eight bits for the entry point");

/* The family that an entry point belongs to, as a constant where `entry` is one. */
static inline enum wire_family wire_entry_family(enum wire_entry entry)
{
        static const unsigned char families[] = {
                0,
#define X(id, name, family, role) WIRE_FAMILY_##family,
                WIRE_ENTRIES(X)
#undef X
        };
        return (unsigned)entry < WIRE_ENTRY_END ? (enum wire_family)families[entry] : WIRE_FAMILY_NONE;
}

/* What an entry point does; WIRE_BIRTH for a number that none has. */
static inline enum wire_role wire_entry_role(enum wire_entry entry)
{
        static const unsigned char roles[WIRE_ENTRY_END] = {
#define X(id, name, family, role) [WIRE_ENTRY_##id] = WIRE_##role,
                WIRE_ENTRIES(X)
#undef X
        };
        return (unsigned)entry < WIRE_ENTRY_END ? (enum wire_role)roles[entry] : WIRE_BIRTH;
}

#endif
