/* Which library an address belongs to, and where its unwind tables are */
#ifndef UNFREED_SHIM_STACK_MODULE_H
#define UNFREED_SHIM_STACK_MODULE_H

#include "wire/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum { MODULE_SEGMENTS = 8 }; /* linkers make 2 to 6 */

/* A piece of address space that may be read for as long as the module is loaded. */
struct module_segment {
        uintptr_t start, end;
};

struct module {
        uintptr_t start, end; /* mapped addresses, end exclusive; start == 0: gone, or not published yet */
        uintptr_t bias;
        uintptr_t unwind_header; /* .eh_frame_hdr in memory; 0 = none */
        struct module_segment segments[MODULE_SEGMENTS]; /* readable PT_LOADs, neighbours as one; unused ones are 0 */
        bool has_gaps;  /* not all of start .. end is its own: only the segments are */
        uint16_t index; /* in the arena's list; 0 = that list is full */
        uint8_t n_build_id;
        uint8_t build_id[WIRE_BUILD_ID_BYTES];
        char path[256]; /* what the arena has, cut here: only identity is compared with it */
};

/* Find out how this libc can be asked. Until then it is asked in the old, slower way. */
void module_init(void);

/* The module that holds `address`, registered at first sight; NULL = none. Takes no lock. Calls ld.so only for what it
 * does not know. The answer stays readable for ever, and right until the module is unloaded. */
const struct module *module_find(uintptr_t address);

#pragma GCC visibility push(hidden)
extern struct module_segment module_loader; /* ld.so itself; 0 where it cannot be asked without a lock */
#pragma GCC visibility pop

static inline bool module_is_loader(uintptr_t pc)
{
        return pc - module_loader.start < module_loader.end - module_loader.start;
}

/* Is nothing at all where a known module was? (What stands there instead only module_sweep() asks.) ~30 ns a module. */
bool module_any_gone(void);

/* Look which known modules are no longer loaded; call `gone` for the addresses of each. True when there was one. */
bool module_sweep(void (*gone)(uintptr_t start, uintptr_t end));

/* A fork child: enter all known modules in its own arena, under the same indexes. False when that cannot be. */
bool module_inherit(void);

#endif
