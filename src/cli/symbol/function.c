/* Functions of a unit, and the calls inlined into them
 *
 * First reading: functions that stand directly in the unit or in namespaces, which is nearly all of them, for the
 * price of one pass over the unit's top entries. Only when an address of the unit is in none of these is everything
 * searched for functions inside functions (Fortran, nested functions of GNU C, methods of local classes).
 */
#include "cli/symbol/unit.h"

#include <dwarf.h>
#include <stdlib.h>

enum { DEPTH_MAX = 128 /* of entries in entries; past it a file is taken for broken */ };

static const char *linkage_of(Dwarf_Die *die)
{
        Dwarf_Attribute attribute;

        if (!dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) &&
            !dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute))
                return NULL;
        return dwarf_formstring(&attribute);
}

/* ---- functions of a unit ---- */

static void function_add(struct unit *unit, Dwarf_Die *die)
{
        Dwarf_Addr base, start, end, entry = 0;
        ptrdiff_t at = 0;
        bool any = false;

        while ((at = dwarf_ranges(die, at, &base, &start, &end)) > 0) {
                if (start >= end || start == 0)
                        continue;
                if (!any)
                        entry = start;
                any = true;
                unit->spans = array_grow(unit->spans, unit->n_spans, &unit->max_spans, sizeof *unit->spans);
                unit->spans[unit->n_spans++] = (struct span){start, end, (uint32_t)unit->n_functions};
        }
        if (!any)
                return;
        unit->functions = array_grow(unit->functions, unit->n_functions, &unit->max_functions, sizeof *unit->functions);
        unit->functions[unit->n_functions++] = (struct function){.die = *die, .entry = entry};
}

static bool is_class(int tag)
{
        return tag == DW_TAG_class_type || tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
}

static bool is_outer(int tag) { return tag == DW_TAG_namespace || tag == DW_TAG_module; }

/* The outer ones, or the nested ones. */
static void read_functions(struct unit *unit, Dwarf_Die *parent, bool nested, int depth)
{
        bool inside = depth > 0 && !is_outer(dwarf_tag(parent));
        Dwarf_Die die;

        if (depth > DEPTH_MAX || dwarf_child(parent, &die))
                return;
        do {
                int tag = dwarf_tag(&die);

                if (tag == DW_TAG_subprogram && nested == inside)
                        function_add(unit, &die);
                if (is_outer(tag) ||
                    (nested && (tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block || is_class(tag))))
                        read_functions(unit, &die, nested, depth + 1);
        } while (dwarf_siblingof(&die, &die) == 0);
}

static int by_start(const void *left, const void *right)
{
        const struct span *a = left, *b = right;

        if (a->start != b->start)
                return a->start < b->start ? -1 : 1;
        return (a->owner > b->owner) - (a->owner < b->owner);
}

static struct function *search(struct unit *unit, uint64_t address)
{
        size_t low = 0, high = unit->n_spans;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (unit->spans[middle].start <= address)
                        low = middle + 1;
                else
                        high = middle;
        }
        for (size_t i = low, seen = 0; i-- > 0 && seen < 16; seen++)
                if (address < unit->spans[i].end)
                        return &unit->functions[unit->spans[i].owner];
        return NULL;
}

/* ---- inlined calls of a function ---- */

static uint32_t inlined_add(struct function *function, Dwarf_Die *die, uint32_t parent)
{
        struct inlined call = {.die = *die, .parent = parent};
        Dwarf_Addr base, start, end;
        ptrdiff_t at = 0;

        call.depth = parent ? function->inlined[parent - 1].depth + 1 : 1;
        function->inlined =
                array_grow(function->inlined, function->n_inlined, &function->max_inlined, sizeof *function->inlined);
        function->inlined[function->n_inlined++] = call;
        while ((at = dwarf_ranges(die, at, &base, &start, &end)) > 0) {
                function->spans =
                        array_grow(function->spans, function->n_spans, &function->max_spans, sizeof *function->spans);
                function->spans[function->n_spans++] = (struct span){start, end, (uint32_t)function->n_inlined - 1};
        }
        return (uint32_t)function->n_inlined;
}

const struct inlined *function_inlined(struct debug *debug, struct unit *unit, struct function *function, uint32_t i)
{
        struct inlined *call = &function->inlined[i];
        Dwarf_Attribute attribute;
        Dwarf_Word file = 0, line = 0;

        if (call->is_read)
                return call;
        call->is_read = true;
        if (dwarf_attr(&call->die, DW_AT_call_file, &attribute) && dwarf_formudata(&attribute, &file) == 0)
                call->file = line_file(debug, unit, file);
        if (dwarf_attr(&call->die, DW_AT_call_line, &attribute) && dwarf_formudata(&attribute, &line) == 0)
                call->line = (int)line;
        call->linkage = linkage_of(&call->die);
        call->name = call->linkage ? dwarf_diename(&call->die) : scope_qualify(debug, &call->die, unit->language);
        return call;
}

static void read_inlined(struct function *function, Dwarf_Die *parent_die, uint32_t parent, int depth)
{
        Dwarf_Die die;

        if (depth > DEPTH_MAX || dwarf_child(parent_die, &die))
                return;
        do {
                switch (dwarf_tag(&die)) {
                case DW_TAG_inlined_subroutine:
                        read_inlined(function, &die, inlined_add(function, &die, parent), depth + 1);
                        break;
                case DW_TAG_lexical_block:
                case DW_TAG_try_block:
                case DW_TAG_catch_block:
                        read_inlined(function, &die, parent, depth + 1);
                        break;
                }
        } while (dwarf_siblingof(&die, &die) == 0);
}

struct function *function_find(struct debug *debug, struct unit *unit, uint64_t address)
{
        struct function *function;

        if (!unit->has_functions) {
                unit->has_functions = true;
                read_functions(unit, &unit->body, false, 0);
                if (unit->n_spans)
                        qsort(unit->spans, unit->n_spans, sizeof *unit->spans, by_start);
        }
        function = search(unit, address);
        if (!function && !unit->has_nested) {
                unit->has_nested = true;
                read_functions(unit, &unit->body, true, 0);
                if (unit->n_spans)
                        qsort(unit->spans, unit->n_spans, sizeof *unit->spans, by_start);
                function = search(unit, address);
        }
        if (function && !function->is_read) {
                function->is_read = true;
                function->linkage = linkage_of(&function->die);
                function->name = function->linkage ? dwarf_diename(&function->die)
                                                   : scope_qualify(debug, &function->die, unit->language);
                read_inlined(function, &function->die, 0, 0);
        }
        return function;
}

uint32_t function_innermost(const struct function *function, uint64_t address)
{
        uint32_t found = 0;

        for (size_t i = 0; i < function->n_spans; i++) {
                const struct span *span = &function->spans[i];

                if (address >= span->start && address < span->end &&
                    (!found || function->inlined[span->owner].depth > function->inlined[found - 1].depth))
                        found = span->owner + 1;
        }
        return found;
}
