/* DWARF: see debug.h */
#include "cli/symbol/unit.h"

#include <stdlib.h>

struct debug *debug_new(Elf *elf, struct texts *texts)
{
        Dwarf *dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
        struct debug *debug;

        if (!dwarf)
                return NULL;
        debug = array_zeroed(1, sizeof *debug);
        debug->dwarf = dwarf;
        debug->texts = texts;
        return debug;
}

void debug_free(struct debug *debug)
{
        if (!debug)
                return;
        units_free(debug);
        dwarf_end(debug->dwarf);
        free(debug);
}

size_t debug_find(struct debug *debug, uint64_t address, struct debug_call *ret_calls, size_t max)
{
        struct unit *unit = unit_find(debug, address);
        struct function *function = unit ? function_find(debug, unit, address) : NULL;
        struct debug_call here = {0};
        size_t n = 0;

        if (!unit)
                return 0;
        here.language = unit->language;
        line_find(debug, unit, function, address, &here.file, &here.line);
        for (uint32_t i = function ? function_innermost(function, address) : 0; i && n + 1 < max; n++) {
                const struct inlined *inlined = function_inlined(debug, unit, function, i - 1);

                ret_calls[n] = here;
                ret_calls[n].name = inlined->name;
                ret_calls[n].linkage = inlined->linkage;
                ret_calls[n].inlined = true;
                here.file = inlined->file;
                here.line = inlined->line;
                i = inlined->parent;
        }
        if (function) {
                here.name = function->name;
                here.linkage = function->linkage;
                here.entry = function->entry;
        } else if (!here.line) {
                return 0;
        }
        ret_calls[n++] = here;
        return n;
}
