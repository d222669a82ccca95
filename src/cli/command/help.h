/* Help: for the eye, for man, for shells; all from the tables */
#ifndef UNFREED_CLI_COMMAND_HELP_H
#define UNFREED_CLI_COMMAND_HELP_H

#include "cli/command/verb.h"

#include <stdio.h>

/* One screen; `verb` NULL or `run`: the whole command. */
void help_print(FILE *out, const struct verb *verb);

/* roff; the page of the whole command also has UNFREED_OPTIONS, statuses, rules. */
void man_print(FILE *out, const struct verb *verb);

/* What a man page says in sentences; see manual.c. */
const char *manual_of(unsigned verb);
const char *manual_of_suppressions(void);

/* "bash", "zsh" or "fish". */
void completion_print(FILE *out, const char *shell);

#endif
