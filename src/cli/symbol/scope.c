/* In which namespaces and classes a function is
 *
 * Linkage names say it, but gcc gives none to functions of internal linkage. Where they stand in the tree of entries
 * tells the same, and DWARF has no way up in that tree; so the scopes of a unit are listed, once, when the first such
 * function is met. Functions are scopes too, for lambdas: since that means to read all entries of the unit, it is done
 * only when a lambda is met.
 */
#include "cli/symbol/unit.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 128, NAME_BYTES_MAX = 4096 };

static bool is_scope(int tag, bool with_functions)
{
        switch (tag) {
        case DW_TAG_namespace:
        case DW_TAG_module:
        case DW_TAG_class_type:
        case DW_TAG_structure_type:
        case DW_TAG_union_type:
                return true;
        case DW_TAG_subprogram:
                return with_functions;
        default:
                return false;
        }
}

/* gcc names the class of a lambda nothing, and its constructor so. */
static bool is_lambda(Dwarf_Die *type)
{
        Dwarf_Die die;

        if (dwarf_tag(type) != DW_TAG_structure_type || dwarf_diename(type) || dwarf_child(type, &die))
                return false;
        do {
                const char *name = dwarf_tag(&die) == DW_TAG_subprogram ? dwarf_diename(&die) : NULL;

                if (name && strcmp(name, "<lambda>") == 0)
                        return true;
        } while (dwarf_siblingof(&die, &die) == 0);
        return false;
}

/* Entries that follow each other share a parent, so a subtree ends where the next sibling begins. */
static void read_scopes(struct containers *containers, Dwarf_Die *parent, Dwarf_Off end, unsigned *n_lambdas, int depth)
{
        Dwarf_Die die, next;
        int more;

        if (depth > DEPTH_MAX || dwarf_child(parent, &die))
                return;
        do {
                Dwarf_Off its_end = end;
                int tag = dwarf_tag(&die);
                unsigned its_lambdas = 0;

                more = dwarf_siblingof(&die, &next);
                if (more == 0)
                        its_end = dwarf_dieoffset(&next);
                if (is_scope(tag, containers->has_functions)) {
                        containers->all =
                                array_grow(containers->all, containers->n, &containers->max, sizeof *containers->all);
                        containers->all[containers->n++] = (struct container){
                                .start = dwarf_dieoffset(&die),
                                .end = its_end,
                                .die = die,
                                .name = dwarf_diename(&die),
                                .lambda = containers->has_functions && is_lambda(&die) ? ++*n_lambdas : 0,
                        };
                        read_scopes(containers, &die, its_end, &its_lambdas, depth + 1);
                } else if (containers->has_functions && tag == DW_TAG_lexical_block) {
                        read_scopes(containers, &die, its_end, n_lambdas, depth + 1);
                }
                die = next;
        } while (more == 0);
}

/* Those of the unit that the entry is in. */
static const struct containers *scopes_of(struct debug *debug, Dwarf_Die *die, bool with_functions)
{
        struct containers *containers = NULL;
        unsigned n_lambdas = 0;
        Dwarf_Die cu;

        for (size_t i = debug->n_containers; i-- > 0 && !containers;)
                if (debug->containers[i].cu == die->cu)
                        containers = &debug->containers[i];
        if (containers && containers->has_functions >= with_functions)
                return containers;
        if (!containers) {
                debug->containers = array_grow(debug->containers, debug->n_containers, &debug->max_containers,
                                               sizeof *debug->containers);
                containers = &debug->containers[debug->n_containers++];
                *containers = (struct containers){.cu = die->cu};
        }
        containers->has_functions = with_functions;
        containers->n = 0;
        if (dwarf_diecu(die, &cu, NULL, NULL))
                read_scopes(containers, &cu, (Dwarf_Off)-1, &n_lambdas, 0);
        return containers;
}

/* The entry that a function's name is in: its declaration in a class, if it has one. */
static Dwarf_Die declaration_of(Dwarf_Die die)
{
        for (int i = 0; i < 16; i++) {
                Dwarf_Attribute attribute;
                Dwarf_Die next;

                if (!dwarf_attr(&die, DW_AT_abstract_origin, &attribute) &&
                    !dwarf_attr(&die, DW_AT_specification, &attribute))
                        break;
                if (!dwarf_formref_die(&attribute, &next))
                        break;
                die = next;
        }
        return die;
}

/* The innermost scope around the entry; NULL = it stands directly in the unit. */
static const struct container *innermost(const struct containers *containers, Dwarf_Off offset)
{
        size_t low = 0, high = containers->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (containers->all[middle].start < offset)
                        low = middle + 1;
                else
                        high = middle;
        }
        while (low > 0 && offset >= containers->all[low - 1].end)
                low--;
        return low ? &containers->all[low - 1] : NULL;
}

/* Write the scopes around the declaration of `die`, each with "::" behind it; returns how long the text is then. */
static size_t write_scopes(struct debug *debug, Dwarf_Die die, bool with_functions, char *text, size_t used, int depth)
{
        Dwarf_Die declaration = declaration_of(die);
        const struct containers *containers = scopes_of(debug, &declaration, with_functions);
        const struct container *scope = innermost(containers, dwarf_dieoffset(&declaration));
        int n;

        if (!scope || depth > DEPTH_MAX)
                return used;
        used = write_scopes(debug, scope->die, with_functions, text, used, depth + 1);
        if (used >= NAME_BYTES_MAX)
                return used;
        if (scope->lambda)
                n = snprintf(text + used, NAME_BYTES_MAX - used, "{lambda#%u}::", scope->lambda);
        else
                n = snprintf(text + used, NAME_BYTES_MAX - used, "%s::",
                             scope->name                                               ? scope->name
                             : dwarf_tag((Dwarf_Die *)&scope->die) == DW_TAG_namespace ? "(anonymous namespace)"
                                                                                       : "{unnamed type}");
        return used + (size_t)n;
}

const char *scope_qualify(struct debug *debug, Dwarf_Die *function, enum frame_language language)
{
        const char *name = dwarf_diename(function);
        char text[NAME_BYTES_MAX];
        size_t used;

        if (!name || (language != LANGUAGE_CXX && language != LANGUAGE_RUST))
                return name;
        used = write_scopes(debug, *function, strcmp(name, "operator()") == 0, text, 0, 0);
        if (!used || used + strlen(name) + 1 > sizeof text)
                return name;
        memcpy(text + used, name, strlen(name) + 1);
        return texts_intern(debug->texts, text);
}
