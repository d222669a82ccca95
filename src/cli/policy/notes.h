/* tracemalloc's notes, where the interpreter has no names */
#ifndef UNFREED_CLI_POLICY_NOTES_H
#define UNFREED_CLI_POLICY_NOTES_H

#include "cli/capture/model.h"

struct notes;

/* Of one process; looks into it at the first question. */
struct notes *notes_new(const struct process *process);
void notes_free(struct notes *notes);

/* May a block of this site be one of tracemalloc's notes, as far as size and place go? The site is of the raw domain,
 * and was asked for by functions of the interpreter that have no names. */
bool notes_may_be(struct notes *notes, const struct site *site);

#endif
