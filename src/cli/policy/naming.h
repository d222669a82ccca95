/* From a node of the trie to a stack that a person can read: see naming.c */
#ifndef UNFREED_CLI_POLICY_NAMING_H
#define UNFREED_CLI_POLICY_NAMING_H

#include "cli/policy/finding.h"

struct store;
struct naming;

/* `source_root` may be NULL: the working directory of the process. Names live in `store`. */
struct naming *naming_new(struct store *store, struct symbols *symbols, const char *source_root);
void naming_free(struct naming *naming);

/* The stack of `node`, its frames in memory that is good until the next call: naming_keep() makes them last. */
void naming_stack(struct naming *naming, const struct process *process, uint32_t node, struct stack *ret_stack);
/* The family of the operator new or delete that the innermost frame of `node` called (operators aside), when the stack does not show it
 * because it jumped on into another; WIRE_FAMILY_NONE where there is none. Reads the module's file. */
enum wire_family naming_hidden_family(struct naming *naming, const struct process *process, uint32_t node);

void naming_keep(struct naming *naming, struct stack *stack);

/* Name of the module that a block with this stack belongs to: that of the innermost frame that is no allocator, no
 * interpreter and no runtime library. A Python frame belongs to its top-level package. Never NULL. */
const char *naming_owner(struct naming *naming, const struct stack *stack);

#endif
