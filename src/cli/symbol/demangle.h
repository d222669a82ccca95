/* Mangled names, read back */
#ifndef UNFREED_CLI_SYMBOL_DEMANGLE_H
#define UNFREED_CLI_SYMBOL_DEMANGLE_H

#include "cli/symbol/symbol.h"
#include "cli/symbol/texts.h"

/* The name as the source has it: C++ with parameters and without the return type, Rust without its hash. NULL when it
 * is no mangled name, or one whose text would be unreasonably long; *ret_language is set only when it is one. */
const char *demangle(struct texts *texts, const char *mangled, enum frame_language *ret_language);

#endif
