/* Python objects, as the judgement meets them in memory
 *
 * Nothing tells whether a block is an object with the collector's words in front (PyGC_Head, Include/cpython/objimpl.h)
 * but what lies where its type would be: a type object, which says itself whether its objects have them.
 */
#include "shim/python/object.h"

#include "shim/python/interpreter.h"

enum {
        TYPE_BYTES = 176,
        TYPE_HAS_GC = 1 << 14, /* Py_TPFLAGS_HAVE_GC, Include/object.h */
        KNOWN_TYPES = 256,
};

static uintptr_t known_types[KNOWN_TYPES]; /* whose objects have links; the judgement is one thread's */

static uintptr_t word(uintptr_t address) { return *(const uintptr_t *)address; }

static bool is_type_with_links(uintptr_t type, bool (*readable)(uintptr_t address, size_t bytes))
{
        const struct layout *layout = interpreter.layout;
        if (type % sizeof(void *) || type < 65536 || type >> 47)
                return false;
        uintptr_t *known = &known_types[(type >> 5 ^ type >> 13) % KNOWN_TYPES];
        if (*known == type)
                return true;
        if (!readable(type, TYPE_BYTES))
                return false;
        uintptr_t meta = word(type + layout->object_type), flags = word(type + layout->type_flags);
        if (!(flags & TYPE_HAS_GC))
                return false;
        bool is_type = meta == interpreter.type_type ||
                       (meta % sizeof(void *) == 0 && readable(meta, TYPE_BYTES) &&
                        word(meta + layout->object_type) == interpreter.type_type);
        if (is_type)
                *known = type;
        return is_type;
}

bool object_links_frozen(uintptr_t start, size_t bytes, bool (*readable)(uintptr_t address, size_t bytes),
                         unsigned *ret_offset)
{
        const struct layout *layout = interpreter.layout;
        if (!interpreter.here || !layout || layout->free_threaded)
                return false;
        unsigned furthest = layout->minor >= 11 ? OBJECT_LINKS_BYTES : 0;
        for (unsigned offset = 0; offset <= furthest; offset += OBJECT_LINKS_BYTES) {
                uintptr_t type_at = offset + OBJECT_LINKS_BYTES + layout->object_type;
                if (type_at + sizeof(void *) <= bytes && is_type_with_links(word(start + type_at), readable)) {
                        *ret_offset = offset;
                        return true;
                }
        }
        return false;
}
