/* Judging a living process in a copy of itself
 *
 * Whoever watches a service asks by a signal that the option `snapshot_signal` names; nothing is installed without it.
 */
#ifndef UNFREED_SHIM_LEAK_APART_H
#define UNFREED_SHIM_LEAK_APART_H

/* Listen for the signal, if the options name one that the program does not use. Once for each process image. */
void apart_init(void);

/* Say so in the arena, which was just made; a fork child listens as its parent does. */
void apart_listen(void);

#endif
