/* Telling who we are: the header's facts and the message to the runner */
#ifndef UNFREED_SHIM_SELF_BIRTH_H
#define UNFREED_SHIM_SELF_BIRTH_H

#include "shim/arena/arena.h"
#include "wire/hello.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For arena_init(): it sends the arena's descriptor to the runner named by the environment; where there is none, it keeps
 * a copy of it at a high number for the reporter. What the file's size may not be here, the runner makes it. */
extern const struct arena_helper birth_helper __attribute__((visibility("hidden")));

/* Send the descriptor to this address, for one who asked. */
void birth_send_to(const char *address, int memfd, size_t bytes);

/* Tell the runner, if there is one, that this process cannot record. True when it was told. */
bool birth_refuse(void);

/* Has a tool of Valgrind's (memcheck, massif, dhat, helgrind, drd) taken malloc's place in this process? What we read of
 * memory would be errors to it. Asked as the process begins. */
bool birth_is_under_valgrind(void);

/* Tell the runner so. True when it was told. */
bool birth_declines(void);

/* Tell the runner that this process (`pid` 0), or its child, becomes a program that nobody watches. True when it was
 * told. */
bool birth_becomes(enum wire_becomes_how how, enum wire_becomes_why why, int32_t pid, const char *path);

/* The runner's address as the environment named it when recording began; NULL = none. What the program makes of its
 * environment later is its own affair. */
const char *birth_runner(void);

/* Is there a runner that took our arena? */
bool birth_has_runner(void);

/* This process is about to go where the runner's names may mean nothing: keep a socket that reaches it all the same. The
 * process and its fork children are then recorded as before; what they execute has no such socket. */
void birth_keep_way(void);

/* Will a program that this process executes reach the runner? Looked at only where a way had to be kept. */
bool birth_reaches(void);

/* The kept descriptor, checked to be the arena still; -1 when it is not. */
int birth_memfd(void);

/* Write into the fresh arena's header who this process is. */
void birth_describe(bool is_fork_child, const char *allocator);

#endif
