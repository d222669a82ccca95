/* The process tree, as its arenas tell it: see tree.h */
#include "cli/collect/tree.h"

#include "cli/collect/fate.h"
#include "cli/collect/obstacle.h"
#include "cli/say/say.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

/* What became of it: the kernel's word before the arena's, which was written while the process still had a life. */
static void end_set(struct process *process, const int *status, bool runs)
{
        if (process->end.how == END_EXEC)
                return;
        if (status && WIFSIGNALED(*status)) {
                process->end.how = END_SIGNAL;
                process->end.signal = WTERMSIG(*status);
                process->end.code = 0;
        } else if (status) {
                process->end.how = END_EXIT;
                process->end.code = WEXITSTATUS(*status);
        } else if (process->end.how == END_RUNNING && !runs) {
                process->end.how = END_LOST;
        } else if (runs) {
                process->end.how = END_RUNNING;
        }
}

static void member_close(struct member *member)
{
        if (member->memfd >= 0)
                close(member->memfd);
        if (member->pidfd >= 0)
                close(member->pidfd); /* leaves the epoll set with it: nobody else holds the description */
        member->memfd = member->pidfd = -1;
}

static void member_end(struct tree *tree, struct member *member, const int *status, bool runs, bool became_another)
{
        const struct tree_watcher *watcher = &tree->watcher;
        size_t number = (size_t)(member - tree->members);
        if (watcher->end)
                watcher->end(watcher->context, number, member->memfd);
        const char *why = arena_read(member->memfd, &member->process);
        if (why) {
                say_error("the record of process %d cannot be read: %s", (int)member->pid, why);
                tree->n_unreadable++;
        } else {
                if (became_another)
                        member->process.end.how = END_EXEC;
                end_set(&member->process, status, runs);
                if (watcher->keep)
                        watcher->keep(watcher->context, number, member->memfd, &member->process);
        }
        member->ended = true;
        tree->n_alive--;
        member_close(member);
}

static struct member *tree_room(struct tree *tree)
{
        if (tree->n == tree->room) {
                size_t room = tree->room ? tree->room * 2 : 16;
                struct member *members = realloc(tree->members, room * sizeof *members);
                if (!members)
                        return NULL;
                tree->members = members;
                tree->room = room;
        }
        return &tree->members[tree->n];
}

void tree_add(struct tree *tree, const struct arrival *arrival)
{
        if (arrival->memfd < 0) {
                say_error("process %d cannot be recorded: %s", (int)arrival->pid, arrival->why_not);
                tree->n_unreadable++;
                if (arrival->pidfd >= 0)
                        close(arrival->pidfd);
                return;
        }
        struct arena_brief brief;
        bool readable = arena_peek(arrival->memfd, &brief);
        struct member *member = tree_room(tree);
        if (!readable || !member) {
                say_error("the record of process %d cannot be read: it is %s", (int)arrival->pid,
                          readable ? "one too many for our memory" : "no arena of this version of unfreed");
                tree->n_unreadable++;
                close(arrival->memfd);
                if (arrival->pidfd >= 0)
                        close(arrival->pidfd);
                return;
        }
        pid_t pid = arrival->pid > 0 ? arrival->pid : brief.pid;
        for (size_t i = tree->n; i-- > 0;)
                if (tree->members[i].pid == pid && !tree->members[i].ended)
                        member_end(tree, &tree->members[i], NULL, false, !brief.is_fork_child);
        *member = (struct member){.memfd = arrival->memfd, .pidfd = arrival->pidfd, .pid = pid, .brief = brief};
        tree->n_alive++;
        if (tree->watcher.begin)
                tree->watcher.begin(tree->watcher.context, tree->n, member->memfd);
        struct epoll_event event = {.events = EPOLLIN, .data.u64 = tree->n++};
        if (member->pidfd >= 0)
                epoll_ctl(tree->epoll, EPOLL_CTL_ADD, member->pidfd, &event);
}

static struct member *last_of(struct tree *tree, pid_t pid)
{
        for (size_t i = tree->n; i-- > 0;)
                if (tree->members[i].pid == pid)
                        return &tree->members[i];
        return NULL;
}

/* NULL = that cannot be said. */
static const char *why_unwatched(const struct arrival *arrival)
{
        switch (arrival->why) {
        case WIRE_WHY_PRELOAD: return obstacle_preloaded;
        case WIRE_WHY_DROPPED: return "was started without our library in its LD_PRELOAD";
        case WIRE_WHY_ROOT: return "was started where our library cannot be opened (chroot)";
        case WIRE_WHY_NAMES: return "was started where we cannot be reached (another network, another /tmp)";
        case WIRE_WHY_VALGRIND: return "runs under a tool of Valgrind's that replaces malloc";
        case WIRE_WHY_FILE: break;
        }
        return obstacle_of(arrival->program);
}

void tree_becomes(struct tree *tree, const struct arrival *arrival)
{
        struct member *member = last_of(tree, arrival->pid);
        if (member && arrival->how != WIRE_SPAWNED)
                member->became_unwatched = arrival->how == WIRE_BECOMES;
        if (arrival->how == WIRE_REMAINS) {
                unwatched_take_back(&tree->unwatched, (int)arrival->pid);
                return;
        }
        const char *why = why_unwatched(arrival);
        unwatched_add(&tree->unwatched, (int)arrival->pid, 1, arrival->program, why ? why : "could not be watched");
}

void tree_add_vanished(struct tree *tree)
{
        for (size_t i = 0; i < tree->n; i++) {
                const struct member *member = &tree->members[i];
                if (member->process.end.how == END_EXEC && member->process.nodes && !member->became_unwatched &&
                    member == last_of(tree, member->pid))
                        unwatched_add(&tree->unwatched, (int)member->pid, 1, "",
                                      "did not load our library, or could not reach us");
        }
}

void tree_reaped(struct tree *tree, pid_t pid, int status)
{
        for (size_t i = tree->n; i-- > 0;)
                if (tree->members[i].pid == pid && !tree->members[i].ended)
                        member_end(tree, &tree->members[i], &status, false, false);
}

bool tree_check(struct tree *tree, size_t index)
{
        struct member *member = index < tree->n ? &tree->members[index] : NULL;
        if (!member || member->ended)
                return true;
        int status;
        siginfo_t ours = {0};
        if (waitid(P_PID, (id_t)member->pid, &ours, WEXITED | WNOHANG | WNOWAIT) == 0)
                return false; /* our child: it will be reaped, which tells more */
        if (fate_of(member->pidfd, member->pid, &status)) {
                member_end(tree, member, &status, false, false);
                return true;
        }
        if (!fate_has_ended(member->pidfd, member->pid))
                return false;
        member_end(tree, member, NULL, false, false);
        return true;
}

void tree_check_all(struct tree *tree)
{
        for (size_t i = 0; i < tree->n; i++)
                if (!tree->members[i].ended && fate_has_ended(tree->members[i].pidfd, tree->members[i].pid))
                        tree_check(tree, i);
}

void tree_look(const struct tree *tree, void (*look)(void *context, int memfd, const struct arena_brief *brief),
               void *context)
{
        for (size_t i = 0; i < tree->n; i++) {
                struct arena_brief brief;
                if (!tree->members[i].ended && arena_peek(tree->members[i].memfd, &brief) && brief.how == END_RUNNING)
                        look(context, tree->members[i].memfd, &brief);
        }
}

void tree_end(struct tree *tree)
{
        tree_check_all(tree);
        for (size_t i = 0; i < tree->n; i++) {
                struct member *member = &tree->members[i];
                if (member->ended)
                        continue;
                member_end(tree, member, NULL, true, false);
                unwatched_add(&tree->unwatched, (int)member->pid, 1, member->process.exe ? member->process.exe : "",
                              "still runs; nobody waits for it any more (--linger)");
        }
}

bool tree_has(const struct tree *tree, pid_t pid)
{
        for (size_t i = 0; i < tree->n; i++)
                if (tree->members[i].pid == pid)
                        return true;
        return false;
}

void tree_deinit(struct tree *tree)
{
        for (size_t i = 0; i < tree->n; i++) {
                member_close(&tree->members[i]);
                process_deinit(&tree->members[i].process);
        }
        unwatched_deinit(&tree->unwatched);
        free(tree->members);
        tree->members = NULL;
        tree->n = tree->room = 0;
}
