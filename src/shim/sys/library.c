/* Where our own library lies */
#include "shim/sys/library.h"

#include "bare/bits.h"
#include "wire/arena.h"

#include <link.h>

/* Linker-made, hidden: the first header of the object this is linked into, and its end. */
extern const ElfW(Ehdr) own_header __asm__("__ehdr_start") __attribute__((visibility("hidden")));
extern const char own_last[] __asm__("_end") __attribute__((visibility("hidden")));

void library_range(uintptr_t *ret_start, uintptr_t *ret_end)
{
        const ElfW(Phdr) *headers = (const ElfW(Phdr) *)((const char *)&own_header + own_header.e_phoff);
        *ret_start = (uintptr_t)&own_header;
        *ret_end = align_up((uintptr_t)own_last, WIRE_PAGE_BYTES);
        for (unsigned i = 0; i < own_header.e_phnum; i++)
                if (headers[i].p_type == PT_INTERP)
                        *ret_end = *ret_start;
}
