/* Of which Python types lost blocks are */
#ifndef UNFREED_CLI_POLICY_TYPES_H
#define UNFREED_CLI_POLICY_TYPES_H

#include "cli/policy/finding.h"

struct store;
struct types;

/* What the judgement of a process said of types, by site. */
struct types *types_new(const struct process *process);
void types_free(struct types *types);

/* Set `types` of a finding made of one site. */
void types_of_site(const struct types *types, struct store *store, const struct site *site, struct finding *finding);

/* Add the types of `from` to those of `to`. */
void types_add_up(struct store *store, struct finding *to, const struct finding *from);

#endif
