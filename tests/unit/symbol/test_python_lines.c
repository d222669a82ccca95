/* Lines of Python code objects */
#include "cli/symbol/python.h"

#include "place.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "line_tables.h"

TestSuite(python_lines, .timeout = 20);

static const struct line_table {
        const char *version;
        unsigned kind;
        int first_line;
        const uint8_t *table;
        size_t table_bytes;
        const uint16_t *lines;
        size_t n_lines;
} tables[] = {LINE_TABLE_3_8, LINE_TABLE_3_9, LINE_TABLE_3_10, LINE_TABLE_3_11, LINE_TABLE_3_12, LINE_TABLE_3_13};

enum { N_TABLES = sizeof tables / sizeof *tables };

static struct code code_of(const struct line_table *table)
{
        return (struct code){
                .filename = "subject.py",
                .qualname = "Outer.subject",
                .first_line = table->first_line,
                .kind = table->kind,
                .line_table = table->table,
                .line_table_bytes = table->table_bytes,
        };
}

Test(python_lines, every_instruction_has_the_line_that_its_interpreter_gives)
{
        for (size_t t = 0; t < N_TABLES; t++) {
                struct code code = code_of(&tables[t]);

                for (size_t i = 0; i < tables[t].n_lines; i++)
                        cr_assert_eq(python_line(&code, (uint32_t)i * 2), tables[t].lines[i],
                                     "%s: instruction %zu: %d, not %d", tables[t].version, i,
                                     python_line(&code, (uint32_t)i * 2), tables[t].lines[i]);
        }
}

Test(python_lines, all_three_kinds_of_table_are_among_them)
{
        unsigned kinds = 0;

        for (size_t t = 0; t < N_TABLES; t++)
                kinds |= 1u << tables[t].kind;
        cr_assert_eq(kinds, 7);
}

Test(python_lines, an_instruction_past_the_table_has_no_line_in_the_newer_kinds)
{
        for (size_t t = 0; t < N_TABLES; t++) {
                struct code code = code_of(&tables[t]);
                int last = tables[t].lines[tables[t].n_lines - 1];

                cr_assert_eq(python_line(&code, 1u << 30), code.kind == 0 ? last : 0);
        }
}

Test(python_lines, a_table_cut_anywhere_is_survived)
{
        for (size_t t = 0; t < N_TABLES; t++) {
                for (size_t n = 0; n <= tables[t].table_bytes; n++) {
                        struct code code = code_of(&tables[t]);
                        uint8_t *copy = malloc(n ? n : 1);

                        for (size_t i = 0; i < n; i++)
                                copy[i] = tables[t].table[i];
                        code.line_table = copy;
                        code.line_table_bytes = n;
                        for (size_t i = 0; i < tables[t].n_lines; i += 5) {
                                int line = python_line(&code, (uint32_t)i * 2);

                                cr_assert(line == 0 || (line >= code.first_line - 200 && line < 1000));
                        }
                        free(copy);
                }
        }
}

Test(python_lines, any_bytes_are_survived)
{
        uint8_t bytes[512];

        srandom(7);
        for (int round = 0; round < 20000; round++) {
                struct code code = {.kind = (unsigned)round % 4, .first_line = (int)random(), .line_table = bytes};

                code.line_table_bytes = (size_t)random() % sizeof bytes;
                for (size_t i = 0; i < code.line_table_bytes; i++)
                        bytes[i] = round & 8 ? 0x7f : (uint8_t)random();
                cr_assert_geq(python_line(&code, (uint32_t)random() % 4096), 0);
        }
}

Test(python_lines, a_recorded_python_frame_is_named_by_its_code)
{
        struct code code = code_of(&tables[0]);
        struct raw_frame raw = {.kind = RAW_PYTHON, .code = &code, .lasti = 20};
        struct symbols *symbols = symbols_new();
        struct frame frames[PLACE_FRAMES];

        cr_assert_eq(symbols_name(symbols, &raw, frames, PLACE_FRAMES), 1);
        cr_assert_str_eq(frames[0].function, "Outer.subject");
        cr_assert_str_eq(frames[0].file, "subject.py");
        cr_assert_eq(frames[0].line, tables[0].lines[10]);
        cr_assert_eq(frames[0].language, LANGUAGE_PYTHON);
        cr_assert_null(frames[0].module);
        symbols_free(symbols);
}
