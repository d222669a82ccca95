/* Lines of Python code objects
 *
 * Three tables have come after one another. The interpreter's are trusted no more than any bytes from a capture: every
 * reader below stops at the end of its table, whatever the entries say.
 */
#include "cli/symbol/python.h"

enum { KIND_LNOTAB, KIND_LINETABLE, KIND_LOCATIONS };

enum { INSTRUCTION_BYTES = 2, NO_LINE_DELTA = -128 };

/* co_lnotab, to 3.9 (Objects/lnotab_notes.txt): pairs of bytes (code length, signed line change). A line holds from
 * the sum of the lengths on; the first entries may have no length, when a change does not fit into one byte. */
static int64_t line_lnotab(const struct code *code, uint32_t lasti)
{
        int64_t line = code->first_line;
        uint64_t address = 0;

        for (size_t i = 0; i + 1 < code->line_table_bytes; i += 2) {
                address += code->line_table[i];
                if (address > lasti)
                        break;
                line += (int8_t)code->line_table[i + 1];
        }
        return line;
}

/* co_linetable of 3.10 (PEP 626): pairs (code length, signed line change), the change coming before its stretch of
 * code; -128: this stretch has no line, and the next change counts from the line before. */
static int64_t line_linetable(const struct code *code, uint32_t lasti)
{
        int64_t line = code->first_line;
        uint64_t end = 0;

        for (size_t i = 0; i + 1 < code->line_table_bytes; i += 2) {
                int8_t change = (int8_t)code->line_table[i + 1];

                if (change != NO_LINE_DELTA)
                        line += change;
                end += code->line_table[i];
                if (lasti < end)
                        return change == NO_LINE_DELTA ? 0 : line;
        }
        return 0;
}

/* A number in groups of six bits, the lowest first; bit 6 of a byte: another follows. Moves *at past it. */
static uint64_t varint(const struct code *code, size_t *at)
{
        uint64_t n = 0;

        for (unsigned shift = 0; *at < code->line_table_bytes; shift += 6) {
                uint8_t byte = code->line_table[(*at)++];

                if (shift < 60)
                        n |= (uint64_t)(byte & 63) << shift;
                if (!(byte & 64))
                        break;
        }
        return n;
}

/* co_linetable from 3.11 on (PEP 657, Objects/locations.md). An entry's first byte has bit 7 set, its form in bits 3-6
 * and its length in instructions, less one, in bits 0-2. Columns are passed over. */
static int64_t line_locations(const struct code *code, uint32_t lasti)
{
        enum { FORM_ONE_LINE_0 = 10, FORM_ONE_LINE_2 = 12, FORM_NO_COLUMNS = 13, FORM_LONG = 14, FORM_NONE = 15 };
        int64_t line = code->first_line;
        uint64_t end = 0;

        for (size_t i = 0; i < code->line_table_bytes;) {
                uint8_t head = code->line_table[i++];
                unsigned form = head >> 3 & 15;

                if (form == FORM_NO_COLUMNS || form == FORM_LONG) {
                        uint64_t change = varint(code, &i);

                        line += change & 1 ? -(int64_t)(change >> 1) : (int64_t)(change >> 1);
                } else if (form >= FORM_ONE_LINE_0 && form <= FORM_ONE_LINE_2) {
                        line += (int)form - FORM_ONE_LINE_0;
                }
                end += ((head & 7u) + 1) * INSTRUCTION_BYTES;
                if (lasti < end)
                        return form == FORM_NONE ? 0 : line;
                while (i < code->line_table_bytes && !(code->line_table[i] & 128))
                        i++;
        }
        return 0;
}

int python_line(const struct code *code, uint32_t lasti)
{
        int64_t line = 0;

        switch (code->kind) {
        case KIND_LNOTAB:
                line = line_lnotab(code, lasti);
                break;
        case KIND_LINETABLE:
                line = line_linetable(code, lasti);
                break;
        case KIND_LOCATIONS:
                line = line_locations(code, lasti);
                break;
        }
        return line > 0 && line <= INT32_MAX ? (int)line : 0;
}
