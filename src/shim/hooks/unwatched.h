/* Programs that a process becomes and nobody can watch */
#ifndef UNFREED_SHIM_HOOKS_UNWATCHED_H
#define UNFREED_SHIM_HOOKS_UNWATCHED_H

#include <stdbool.h>
#include <sys/types.h>

/* The program (found along PATH when `searched`) is about to be executed. True when the runner was told that it cannot be
 * watched: then it wants to know if the exec fails. */
bool unwatched_begin(const char *program, bool searched);
bool unwatched_begin_descriptor(int fd);
void unwatched_failed(void);

/* It is executed already, in a child. */
void unwatched_spawned(pid_t child, const char *program, bool searched);

#endif
