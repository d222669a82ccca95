/* Lines of Python code objects */
#ifndef UNFREED_CLI_SYMBOL_PYTHON_H
#define UNFREED_CLI_SYMBOL_PYTHON_H

#include "cli/capture/model.h"

/* The line of the instruction at that offset (bytes); 0 when the table does not say. */
int python_line(const struct code *code, uint32_t lasti);

#endif
