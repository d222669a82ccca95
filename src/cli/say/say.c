/* One clear line to the person at the terminal: see say.h */
#include "cli/say/say.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SAY_LINE_BYTES = 4096 };

/* Bytes of the character at `text`, of which `left` follow; 0: it is none, or it controls a terminal. */
static size_t character_bytes(const char *text, size_t left)
{
        unsigned char first = (unsigned char)*text;
        size_t n = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
        for (size_t i = 1; i < n; i++)
                if (i >= left || (text[i] & 0xc0) != 0x80)
                        return 0;
        bool controls = first < 0x20 || first == 0x7f || (first == 0xc2 && (unsigned char)text[1] < 0xa0);
        return controls ? 0 : n;
}

/* Names of files, and what stands in them, may hold anything: still one line, and nothing that talks to the terminal. */
static void line_clean(char *line, size_t length)
{
        for (size_t i = 0, n; i < length; i += n) {
                n = character_bytes(line + i, length - i);
                if (n)
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
