/* One clear line to the person at the terminal: see say.h */
#include "cli/say/say.h"

#include "cli/say/utf8.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SAY_LINE_BYTES = 4096 };

static bool is_control(int32_t code) { return code < 0x20 || (code >= 0x7f && code < 0xa0); }

/* Names of files, and what stands in them, may hold anything: still one line, and nothing that talks to the terminal. */
static void line_clean(char *line, size_t length)
{
        for (size_t i = 0, n; i < length; i += n) {
                int32_t code; /* -1: no character */
                n = utf8_next(line + i, length - i, &code);
                if (!is_control(code))
                        continue;
                line[i] = line[i] == '\n' || line[i] == '\r' || line[i] == '\t' ? ' ' : '?';
                n = 1;
        }
}

__attribute__((format(printf, 2, 0))) static void say_line(const char *before, const char *format, va_list arguments)
{
        char line[SAY_LINE_BYTES];
        int head = snprintf(line, sizeof line, "unfreed: %s", before);
        int body = vsnprintf(line + head, sizeof line - (size_t)head, format, arguments);
        size_t length = (size_t)head + (body > 0 ? (size_t)body : 0);
        if (length > sizeof line - 2)
                length = sizeof line - 2;
        line_clean(line, length);
        line[length++] = '\n';
        if (write(STDERR_FILENO, line, length) < 0)
                return; /* nobody is listening */
}

int say_error(const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        say_line("", format, arguments);
        va_end(arguments);
        return -1;
}

void say_warning(const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        say_line("warning: ", format, arguments);
        va_end(arguments);
}

void say_note(const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        say_line("", format, arguments);
        va_end(arguments);
}
