/* JSON, written as it comes: see writer.h */
#include "cli/report/writer.h"

#include "bare/number.h"
#include "cli/say/utf8.h"

#include <string.h>

void writer_escape(FILE *out, const char *text, bool is_inside_html)
{
        const char *end = text + strlen(text), *plain = text;
        while (text < end) {
                unsigned char c = (unsigned char)*text;
                if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && !(is_inside_html && (c == '<' || c == '>' || c == '&'))) {
                        text++;
                        continue;
                }
                fwrite(plain, 1, (size_t)(text - plain), out);
                int32_t code;
                size_t n = utf8_next(text, (size_t)(end - text), &code);
                if (code < 0)
                        fputs(UTF8_REPLACEMENT, out);
                else if (code == '"' || code == '\\')
                        fprintf(out, "\\%c", (char)code);
                else if (code == '\n')
                        fputs("\\n", out);
                else if (code == '\t')
                        fputs("\\t", out);
                else if (code < 0x80 || code == 0x2028 || code == 0x2029)
                        fprintf(out, "\\u%04x", (unsigned)code);
                else
                        fwrite(text, 1, n, out);
                plain = text += n;
        }
        fwrite(plain, 1, (size_t)(text - plain), out);
}

static void value_begins(struct writer *writer, const char *key)
{
        if (writer->needs_comma)
                putc_unlocked(',', writer->out);
        if (key) {
                putc_unlocked('"', writer->out);
                writer_escape(writer->out, key, writer->is_inside_html);
                fputs("\":", writer->out);
        }
        writer->needs_comma = true;
}

void writer_object(struct writer *writer, const char *key)
{
        value_begins(writer, key);
        putc_unlocked('{', writer->out);
        writer->needs_comma = false;
}

void writer_array(struct writer *writer, const char *key)
{
        value_begins(writer, key);
        putc_unlocked('[', writer->out);
        writer->needs_comma = false;
}

void writer_end_object(struct writer *writer)
{
        putc_unlocked('}', writer->out);
        writer->needs_comma = true;
}

void writer_end_array(struct writer *writer)
{
        putc_unlocked(']', writer->out);
        writer->needs_comma = true;
}

void writer_text(struct writer *writer, const char *key, const char *text)
{
        if (!text) {
                writer_null(writer, key);
                return;
        }
        value_begins(writer, key);
        putc_unlocked('"', writer->out);
        writer_escape(writer->out, text, writer->is_inside_html);
        putc_unlocked('"', writer->out);
}

void writer_number(struct writer *writer, const char *key, uint64_t n)
{
        char digits[NUMBER_TEXT_BYTES];
        value_begins(writer, key);
        fwrite(digits, 1, number_decimal(digits, n), writer->out);
}

void writer_integer(struct writer *writer, const char *key, int64_t n)
{
        value_begins(writer, key);
        fprintf(writer->out, "%lld", (long long)n);
}

void writer_bool(struct writer *writer, const char *key, bool value)
{
        value_begins(writer, key);
        fputs(value ? "true" : "false", writer->out);
}

void writer_null(struct writer *writer, const char *key)
{
        value_begins(writer, key);
        fputs("null", writer->out);
}

void writer_newline(struct writer *writer) { putc_unlocked('\n', writer->out); }
