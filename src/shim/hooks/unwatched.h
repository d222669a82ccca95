/* Programs that a process becomes and nobody watches */
#ifndef UNFREED_SHIM_HOOKS_UNWATCHED_H
#define UNFREED_SHIM_HOOKS_UNWATCHED_H

#include "wire/hello.h"

#include <stdbool.h>
#include <sys/types.h>

/* A program that is about to be executed. */
struct unwatched {
        bool is;    /* nobody will watch it */
        bool apart; /* our library must not be in it */
        bool told;  /* the runner knows, and wants to know if the exec fails */
        enum wire_becomes_why why;
        const char *path;
        char found[sizeof((struct wire_becomes *)0)->program]; /* the path, where it had to be found */
};

/* Look at the program (found along PATH when `searched`) that will be given this environment. */
void unwatched_look(struct unwatched *ret, const char *program, bool searched, char *const envp[]);

/* Look at it, and tell the runner that it is executed now ... */
void unwatched_begin(struct unwatched *ret, const char *program, bool searched, char *const envp[]);
void unwatched_begin_descriptor(struct unwatched *ret, int fd, char *const envp[]);
/* ... which failed, or in a child has been done. */
void unwatched_failed(const struct unwatched *unwatched);
void unwatched_spawned(const struct unwatched *unwatched, pid_t child);

#endif
