/* One clear line to the person at the terminal: see say.h */
#include "cli/say/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SAY_LINE_BYTES = 4096 };

__attribute__((format(printf, 2, 0))) static void say_line(const char *before, const char *format, va_list arguments)
{
        char line[SAY_LINE_BYTES];
        int head = snprintf(line, sizeof line, "unfreed: %s", before);
        int body = vsnprintf(line + head, sizeof line - (size_t)head, format, arguments);
        size_t length = (size_t)head + (body > 0 ? (size_t)body : 0);
        if (length > sizeof line - 2)
                length = sizeof line - 2;
        for (size_t i = 0; i < length; i++) /* names of files may hold anything: still one line */
                if (line[i] == '\n' || line[i] == '\r')
                        line[i] = ' ';
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
