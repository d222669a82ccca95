/* Which compilation unit owns an address
 *
 * gcc writes .debug_aranges, which answers at once; clang does not, and assemblers may or may not. So units that the
 * table does not mention are read themselves, but only when an address is met that the table has no unit for: in a
 * large program that is dear, and needless when all of it was compiled by gcc.
 */
#include "cli/symbol/unit.h"

#include <dwarf.h>
#include <stdlib.h>

static enum frame_language language_of(Dwarf_Die *die)
{
        switch (dwarf_srclang(die)) {
        case DW_LANG_C89:
        case DW_LANG_C:
        case DW_LANG_C99:
        case DW_LANG_C11:
        case 0x2c: /* DW_LANG_C17, DWARF 6 */
                return LANGUAGE_C;
        case DW_LANG_C_plus_plus:
        case DW_LANG_C_plus_plus_03:
        case DW_LANG_C_plus_plus_11:
        case DW_LANG_C_plus_plus_14:
        case 0x2b: /* DW_LANG_C_plus_plus_17, DWARF 6 */
        case 0x2f: /* DW_LANG_C_plus_plus_20, DWARF 6 */
                return LANGUAGE_CXX;
        case DW_LANG_Rust:
                return LANGUAGE_RUST;
        case DW_LANG_Fortran77:
        case DW_LANG_Fortran90:
        case DW_LANG_Fortran95:
        case DW_LANG_Fortran03:
        case DW_LANG_Fortran08:
                return LANGUAGE_FORTRAN;
        default:
                return LANGUAGE_UNKNOWN;
        }
}

static struct unit *unit_add(struct debug *debug, Dwarf_Off offset)
{
        Dwarf_Die die;
        struct unit *unit;
        uint8_t kind;
        Dwarf_Attribute attribute;

        if (!dwarf_offdie(debug->dwarf, offset, &die))
                return NULL;
        unit = texts_take(debug->texts, sizeof *unit);
        unit->offset = offset;
        unit->die = unit->body = die;
        /* Split DWARF: the functions are in a .dwo file, which libdw opens if it is there. */
        if (dwarf_cu_info(die.cu, NULL, &kind, NULL, &die, NULL, NULL, NULL) == 0 && kind == DW_UT_skeleton &&
            dwarf_tag(&die) == DW_TAG_compile_unit)
                unit->body = die;
        unit->language = language_of(&unit->body);
        unit->folder = dwarf_formstring(dwarf_attr(&unit->die, DW_AT_comp_dir, &attribute));
        debug->units = array_grow(debug->units, debug->n_units, &debug->max_units, sizeof *debug->units);
        debug->units[debug->n_units++] = unit;
        return unit;
}

static int by_offset(const void *left, const void *right)
{
        const struct unit *a = *(struct unit *const *)left, *b = *(struct unit *const *)right;

        return (a->offset > b->offset) - (a->offset < b->offset);
}

static int by_start(const void *left, const void *right)
{
        const struct unit_range *a = left, *b = right;

        return (a->start > b->start) - (a->start < b->start);
}

/* Among the first `n` units. */
static struct unit *unit_at(const struct debug *debug, size_t n, Dwarf_Off offset)
{
        struct unit key = {.offset = offset}, *wanted = &key;
        struct unit **found = n ? bsearch(&wanted, debug->units, n, sizeof *debug->units, by_offset) : NULL;

        return found ? *found : NULL;
}

static void range_add(struct debug *debug, uint64_t start, uint64_t end, struct unit *unit)
{
        if (start >= end)
                return;
        debug->ranges = array_grow(debug->ranges, debug->n_ranges, &debug->max_ranges, sizeof *debug->ranges);
        debug->ranges[debug->n_ranges++] = (struct unit_range){start, end, unit};
}

static void sort_all(struct debug *debug)
{
        if (debug->n_units)
                qsort(debug->units, debug->n_units, sizeof *debug->units, by_offset);
        if (debug->n_ranges)
                qsort(debug->ranges, debug->n_ranges, sizeof *debug->ranges, by_start);
}

struct arange {
        Dwarf_Off offset;
        uint64_t start, end;
};

static int arange_by_offset(const void *left, const void *right)
{
        const struct arange *a = left, *b = right;

        return (a->offset > b->offset) - (a->offset < b->offset);
}

static void read_aranges(struct debug *debug)
{
        Dwarf_Aranges *aranges;
        struct unit *unit = NULL;
        struct arange *all;
        size_t n;

        if (dwarf_getaranges(debug->dwarf, &aranges, &n) || n == 0)
                return;
        all = array_zeroed(n, sizeof *all);
        for (size_t i = 0; i < n; i++) {
                Dwarf_Addr start;
                Dwarf_Word length;

                if (dwarf_getarangeinfo(dwarf_onearange(aranges, i), &start, &length, &all[i].offset) == 0) {
                        all[i].start = start;
                        all[i].end = start + length;
                }
        }
        qsort(all, n, sizeof *all, arange_by_offset);
        for (size_t i = 0; i < n; i++) {
                if (i == 0 || all[i].offset != all[i - 1].offset)
                        unit = unit_add(debug, all[i].offset);
                if (unit)
                        range_add(debug, all[i].start, all[i].end, unit);
        }
        free(all);
        sort_all(debug);
}

static void read_other_units(struct debug *debug)
{
        size_t n_mentioned = debug->n_units;
        Dwarf_CU *cu = NULL;
        Dwarf_Die die;

        debug->has_all_units = true;
        while (dwarf_get_units(debug->dwarf, cu, &cu, NULL, NULL, &die, NULL) == 0) {
                Dwarf_Off offset = dwarf_dieoffset(&die);
                struct unit *unit;
                Dwarf_Addr base, start, end;
                ptrdiff_t at = 0;

                if (unit_at(debug, n_mentioned, offset))
                        continue;
                if (dwarf_tag(&die) != DW_TAG_compile_unit && dwarf_tag(&die) != DW_TAG_skeleton_unit)
                        continue;
                unit = unit_add(debug, offset);
                while (unit && (at = dwarf_ranges(&unit->die, at, &base, &start, &end)) > 0)
                        range_add(debug, start, end, unit);
        }
        sort_all(debug);
}

static struct unit *range_find(const struct debug *debug, uint64_t address)
{
        size_t low = 0, high = debug->n_ranges;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (debug->ranges[middle].start <= address)
                        low = middle + 1;
                else
                        high = middle;
        }
        /* Ranges of functions that the linker dropped start at 0 and may overlap true ones. */
        for (size_t i = low, seen = 0; i-- > 0 && seen < 16; seen++)
                if (address < debug->ranges[i].end)
                        return debug->ranges[i].unit;
        return NULL;
}

struct unit *unit_find(struct debug *debug, uint64_t address)
{
        struct unit *unit;

        if (!debug->n_units && !debug->has_all_units)
                read_aranges(debug);
        unit = range_find(debug, address);
        if (!unit && !debug->has_all_units) {
                read_other_units(debug);
                unit = range_find(debug, address);
        }
        return unit;
}

void units_free(struct debug *debug)
{
        for (size_t i = 0; i < debug->n_units; i++) {
                struct unit *unit = debug->units[i];

                for (size_t k = 0; k < unit->n_functions; k++) {
                        free(unit->functions[k].inlined);
                        free(unit->functions[k].spans);
                }
                free(unit->functions);
                free(unit->spans);
        }
        for (size_t i = 0; i < debug->n_containers; i++)
                free(debug->containers[i].all);
        free(debug->containers);
        free(debug->units);
        free(debug->ranges);
}
