/* Text inside XML: see xml.h */
#include "cli/report/xml.h"

#include "cli/say/utf8.h"

#include <string.h>

static const char *replacement(int32_t code)
{
        switch (code) {
        case '&':
                return "&amp;";
        case '<':
                return "&lt;";
        case '>': /* for "]]>" */
                return "&gt;";
        case '"':
                return "&quot;";
        case '\n': /* a parser would make a space of it in an attribute */
                return "&#10;";
        case '\r':
                return "&#13;";
        case '\t':
                return "&#9;";
        default:
                return code < 0x20 || code == 0xfffe || code == 0xffff ? UTF8_REPLACEMENT : NULL;
        }
}

void xml_text(FILE *out, const char *text)
{
        const char *end = text + strlen(text), *plain = text;
        while (text < end) {
                int32_t code;
                size_t n = utf8_next(text, (size_t)(end - text), &code);
                const char *instead = replacement(code);
                if (instead) {
                        fwrite(plain, 1, (size_t)(text - plain), out);
                        fputs(instead, out);
                        plain = text + n;
                }
                text += n;
        }
        fwrite(plain, 1, (size_t)(text - plain), out);
}

void xml_element(FILE *out, const char *name, const char *text)
{
        if (!text)
                return;
        fprintf(out, "<%s>", name);
        xml_text(out, text);
        fprintf(out, "</%s>\n", name);
}

void xml_attribute(FILE *out, const char *name, const char *text)
{
        fprintf(out, " %s=\"", name);
        xml_text(out, text);
        fputc('"', out);
}
