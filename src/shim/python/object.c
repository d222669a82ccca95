/* Python objects, as the judgement meets them in memory
 *
 * Nothing tells whether a block is an object with the collector's words in front (PyGC_Head, Include/cpython/objimpl.h)
 * but what lies where its type would be: a type object, which says itself whether its objects have them.
 */
#include "shim/python/object.h"

#include "shim/arena/arena.h"
#include "shim/python/interpreter.h"

#include <string.h>

enum {
        TYPE_BYTES = 176,
        TYPE_HAS_GC = 1 << 14, /* Py_TPFLAGS_HAVE_GC, Include/object.h */
        KNOWN_TYPES = 256,
        NAME_BYTES = 128,
};

static uintptr_t known_types[KNOWN_TYPES]; /* whose objects have links; the judgement is one thread's */

static uintptr_t word(uintptr_t address) { return *(const uintptr_t *)address; }

/* Is there a type object? Its flags in *ret_flags. */
static bool is_type(uintptr_t type, bool (*readable)(uintptr_t address, size_t bytes), uintptr_t *ret_flags)
{
        const struct layout *layout = interpreter.layout;
        if (type % sizeof(void *) || type < 65536 || type >> 47 || !readable(type, TYPE_BYTES))
                return false;
        uintptr_t meta = word(type + layout->object_type);
        *ret_flags = word(type + layout->type_flags);
        return meta == interpreter.type_type || (meta % sizeof(void *) == 0 && readable(meta, TYPE_BYTES) &&
                                                 word(meta + layout->object_type) == interpreter.type_type);
}

static bool is_type_with_links(uintptr_t type, bool (*readable)(uintptr_t address, size_t bytes))
{
        uintptr_t *known = &known_types[(type >> 5 ^ type >> 13) % KNOWN_TYPES], flags;
        if (*known == type)
                return true;
        if (!is_type(type, readable, &flags) || !(flags & TYPE_HAS_GC))
                return false;
        *known = type;
        return true;
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

/* In front of an object stand the collector's two words, and two more for a dict or weak references managed by the
 * interpreter (3.11 and later), which only objects with links have. Free-threaded builds have no links. */
uintptr_t object_type_frozen(uintptr_t start, size_t bytes, bool (*readable)(uintptr_t address, size_t bytes),
                             bool *ret_immortal)
{
        const struct layout *layout = interpreter.layout;
        if (!interpreter.here || !layout || !readable(start, bytes))
                return 0;
        unsigned furthest = layout->minor < 11 ? OBJECT_LINKS_BYTES : 2 * OBJECT_LINKS_BYTES;
        for (unsigned offset = 0; offset <= furthest; offset += OBJECT_LINKS_BYTES) {
                uintptr_t object = start + offset, flags;
                if (offset + layout->object_type + sizeof(void *) > bytes)
                        return 0;
                uintptr_t type = word(object + layout->object_type);
                if (!is_type(type, readable, &flags))
                        continue;
                if (!layout->free_threaded && ((flags & TYPE_HAS_GC) != 0) != (offset != 0))
                        continue;
                int32_t count; /* on free-threaded builds that of the owning thread, behind its id and four bytes more */
                memcpy(&count, (const void *)(object + (layout->free_threaded ? 12 : 0)), sizeof count);
                *ret_immortal = layout->minor >= 12 && count < 0;
                return type;
        }
        return 0;
}

uint32_t object_type_name_frozen(uintptr_t type, bool (*readable)(uintptr_t address, size_t bytes))
{
        uintptr_t name = word(type + interpreter.layout->type_name);
        char copy[NAME_BYTES];
        for (unsigned i = 0; i < sizeof copy; i++) {
                if (!readable(name + i, 1))
                        return 0;
                copy[i] = *(const char *)(name + i);
                if (copy[i] == 0)
                        return i ? arena_text(copy) : 0;
        }
        return 0;
}
