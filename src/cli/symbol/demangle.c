/* Mangled names, read back by libiberty
 *
 * A few dozen bytes of mangled name can stand for gigabytes of text, since they may refer back to themselves. libiberty
 * limits how deep it recurses, but not how much it says; so the text is taken piece by piece, and past TEXT_MAX we
 * jump out of it. It holds no memory while it talks, so nothing is lost.
 */
#include "cli/symbol/demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <string.h>

enum { TEXT_MAX = 32 * 1024 };

struct listener {
        jmp_buf enough;
        size_t used;
        char text[TEXT_MAX];
};

static void listen(const char *piece, size_t bytes, void *user)
{
        struct listener *listener = user;

        if (bytes > sizeof listener->text - listener->used)
                longjmp(listener->enough, 1);
        memcpy(listener->text + listener->used, piece, bytes);
        listener->used += bytes;
}

/* setjmp() forgets what is in registers: nothing here changes after it but what is in *listener. */
static int say_rust(const char *mangled, struct listener *listener)
{
        if (setjmp(listener->enough))
                return 0;
        return rust_demangle_callback(mangled, DMGL_PARAMS, listen, listener);
}

static int say_cxx(const char *mangled, struct listener *listener)
{
        if (setjmp(listener->enough))
                return 0;
        return cplus_demangle_v3_callback(mangled, DMGL_PARAMS | DMGL_ANSI | DMGL_RET_DROP, listen, listener);
}

const char *demangle(struct texts *texts, const char *mangled, enum frame_language *ret_language)
{
        struct listener listener;
        bool is_cxx = strncmp(mangled, "_Z", 2) == 0 || strncmp(mangled, "___Z", 4) == 0;

        if (strncmp(mangled, "_R", 2) != 0 && !is_cxx)
                return NULL;
        listener.used = 0;
        if (say_rust(mangled, &listener) && listener.used) {
                *ret_language = LANGUAGE_RUST;
                return texts_intern_part(texts, listener.text, listener.used);
        }
        listener.used = 0;
        if (is_cxx && say_cxx(mangled, &listener) && listener.used) {
                *ret_language = LANGUAGE_CXX;
                return texts_intern_part(texts, listener.text, listener.used);
        }
        return NULL;
}
