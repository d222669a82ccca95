/* Lines of a unit, and paths of the files they are in */
#include "cli/symbol/unit.h"

#include <dwarf.h>
#include <limits.h>
#include <string.h>

const char *path_normalize(struct texts *texts, const char *folder, const char *path)
{
        char whole[2 * PATH_MAX], *out;
        size_t folder_bytes = *path != '/' && folder ? strlen(folder) : 0, path_bytes = strlen(path);
        char *least; /* what .. cannot take away ends here */

        if (folder_bytes + path_bytes + 2 > sizeof whole)
                return texts_intern(texts, path);
        if (folder_bytes) {
                memcpy(whole, folder, folder_bytes);
                whole[folder_bytes++] = '/';
        }
        memcpy(whole + folder_bytes, path, path_bytes + 1);

        least = out = *whole == '/' ? whole + 1 : whole;
        for (char *in = least, *end = whole + strlen(whole), *next; in < end; in = next) {
                size_t n = strcspn(in, "/");

                next = in + n + 1; /* the NUL that may stand before it is written over below */

                if (n == 2 && in[0] == '.' && in[1] == '.') {
                        if (out > least) {
                                for (out--; out > least && out[-1] != '/';)
                                        out--;
                        } else if (*whole != '/') {
                                memmove(out, "../", 3);
                                least = out += 3;
                        }
                } else if (n && !(n == 1 && *in == '.')) {
                        memmove(out, in, n);
                        out[n] = '/';
                        out += n + 1;
                }
        }
        if (out > whole && out[-1] == '/' && out - 1 > whole)
                out--;
        *out = 0;
        return *whole ? texts_intern(texts, whole) : texts_intern(texts, path);
}

/* A path of the unit's line table. Its directory 0 is the compiler's working directory, which libdw puts before the names
 * in it and before no others; where that is relative (-ffile-prefix-map) nothing else tells one from the other. */
static const char *path_in_unit(struct debug *debug, const struct unit *unit, const char *path)
{
        const char *folder = unit->folder;
        size_t n = folder ? strlen(folder) : 0;

        if (n && strncmp(path, folder, n) == 0 && path[n] == '/')
                folder = NULL;
        return path_normalize(debug->texts, folder, path);
}

static void read_lines(struct unit *unit)
{
        unit->has_lines = true;
        if (dwarf_getsrclines(&unit->die, &unit->lines, &unit->n_lines))
                unit->n_lines = 0;
        if (dwarf_getsrcfiles(&unit->die, &unit->files, &unit->n_files))
                unit->n_files = 0;
}

const char *line_file(struct debug *debug, struct unit *unit, Dwarf_Word n)
{
        const char *path;

        if (!unit->has_lines)
                read_lines(unit);
        path = n < unit->n_files ? dwarf_filesrc(unit->files, n, NULL, NULL) : NULL;
        if (!path || strcmp(path, "???") == 0)
                return NULL;
        return path_in_unit(debug, unit, path);
}

/* The last row at or before the address: index + 1; 0 when a sequence has ended there, or none has begun. */
static size_t row_at(const struct unit *unit, uint64_t address)
{
        size_t low = 0, high = unit->n_lines;
        bool ended = true;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                Dwarf_Addr at;

                if (dwarf_lineaddr(dwarf_onesrcline(unit->lines, middle), &at))
                        return 0;
                if (at <= address)
                        low = middle + 1;
                else
                        high = middle;
        }
        if (low)
                dwarf_lineendsequence(dwarf_onesrcline(unit->lines, low - 1), &ended);
        return ended ? 0 : low;
}

void line_find(struct debug *debug, struct unit *unit, const struct function *function, uint64_t address,
               const char **ret_file, int *ret_line)
{
        const char *first_path = NULL;
        size_t first;

        if (!unit->has_lines)
                read_lines(unit);
        first = row_at(unit, address);
        /* Line 0 marks code that no line is to blame for; the line before it is the best a person can be told, as long
         * as it is of the same call. */
        for (size_t row = first; row > 0; row--) {
                Dwarf_Line *line = dwarf_onesrcline(unit->lines, row - 1);
                const char *path = dwarf_linesrc(line, NULL, NULL);
                Dwarf_Addr at = 0;
                bool ended = false;
                int number = 0;

                dwarf_lineendsequence(line, &ended);
                if (ended || !path || dwarf_lineno(line, &number) || dwarf_lineaddr(line, &at))
                        break;
                if (row < first && (!function || at < function->entry ||
                                    function_innermost(function, at) != function_innermost(function, address)))
                        break;
                if (number > 0) {
                        *ret_file = path_in_unit(debug, unit, path);
                        *ret_line = number;
                        return;
                }
                first_path = first_path ? first_path : path;
        }
        if (first_path)
                *ret_file = path_in_unit(debug, unit, first_path);
}
