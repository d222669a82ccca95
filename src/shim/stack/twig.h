/* Keeping recent stacks: the twigs of memo.h */
#ifndef UNFREED_SHIM_STACK_TWIG_H
#define UNFREED_SHIM_STACK_TWIG_H

#include "shim/stack/memo.h"

/* The trunk is the stack that started there; keep it as a twig, whole if it is short; else what it has beyond `frame` of the
 * trunk. When that is too much, the twig is a bare one on the youngest frame. NULL where the frame pointer is not where it
 * will be looked for. The caller completes the twig: its node, and its allocator. */
struct twig *twig_keep(struct memo_level *level, const struct frame *frame, const struct stack_start *start);

/* Give a twig that was just made, and is not whole, all its checks, if they are not too many. */
void twig_keep_long(struct memo_level *level, struct twig *t);

#endif
