/* The process tree, as its arenas tell it
 *
 * One member for each process image that greeted us. A member ends when its process ends or becomes another image;
 * then it is read at once, so that neither descriptors nor memory grow with the number of processes that ever were.
 */
#ifndef UNFREED_CLI_COLLECT_TREE_H
#define UNFREED_CLI_COLLECT_TREE_H

#include "cli/capture/arena.h"
#include "cli/collect/listen.h"

#include <stdbool.h>
#include <stddef.h>

struct member {
        int memfd, pidfd; /* -1 once it has ended */
        pid_t pid;
        bool ended;
        struct arena_brief brief;
        struct process process; /* once ended */
        bool became_unwatched;  /* it said so */
};

/* Who else wants to know of members, by their number. Each may be NULL. */
struct tree_watcher {
        void (*begin)(void *context, size_t member, int memfd);
        void (*end)(void *context, size_t member, int memfd); /* before its arena is read */
        /* Once it is read, before it is given up: for those who keep captures. */
        void (*keep)(void *context, size_t member, int memfd, const struct process *process);
        void *context;
};

struct tree {
        struct member *members;
        size_t n, room;
        size_t n_alive;
        size_t n_unreadable; /* for each a line was said */
        struct unwatched_list unwatched;
        int epoll;           /* a member's pidfd is in it, with its index as data */
        struct tree_watcher watcher;
};

/* Take over the arrival's descriptors. An older image of the same process has ended by exec. */
void tree_add(struct tree *tree, const struct arrival *arrival);

/* Word of a program that cannot be watched came. */
void tree_becomes(struct tree *tree, const struct arrival *arrival);

/* Who became what is not known, and greeted no more. Once all have ended. */
void tree_add_vanished(struct tree *tree);

/* The process with this pid, a child of ours, was reaped. */
void tree_reaped(struct tree *tree, pid_t pid, int status);

/* The member's pidfd became readable: its process ended, and somebody else is its parent. True when it is over with
 * (false: not reaped yet and nothing to be known before that). */
bool tree_check(struct tree *tree, size_t member);

/* Each image that lives on just now. */
void tree_look(const struct tree *tree, void (*look)(void *context, int memfd, const struct arena_brief *brief),
               void *context);

/* What still runs is judged as it is now. */
void tree_end(struct tree *tree);

/* Members that runs on, as pids seen by us; for those whose end no pidfd tells. */
void tree_check_all(struct tree *tree);

bool tree_has(const struct tree *tree, pid_t pid);
void tree_deinit(struct tree *tree);

#endif
