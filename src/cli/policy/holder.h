/* Who holds a reachable block */
#ifndef UNFREED_CLI_POLICY_HOLDER_H
#define UNFREED_CLI_POLICY_HOLDER_H

#include "cli/policy/finding.h"

struct holders;
struct naming;
struct store;
struct symbols;

/* What the judgement of a process said of holders, by site. */
struct holders *holders_new(const struct process *process);
void holders_free(struct holders *holders);

/* Who holds this site, or NULL. */
const struct wire_holder *holders_find(const struct holders *holders, const struct site *site);

/* What a person calls a holder, where it is a variable ("list", "table+0x10") or another block (its id and the
 * innermost function: "5226dfd3, push"). NULL for other holders, and where that is not known. */
const char *holders_name(struct holders *holders, const struct wire_holder *holder, struct symbols *symbols,
                         struct naming *naming, struct store *store);

#endif
