/* say.h, without a word: a fuzzer makes millions of lines. */
#include "cli/say/say.h"

int say_error(const char *format, ...) { return -1; }
void say_warning(const char *format, ...) {}
void say_note(const char *format, ...) {}
