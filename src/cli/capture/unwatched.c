/* Programs of the run that could not be watched: see unwatched.h */
#include "cli/capture/unwatched.h"

#include "cli/capture/chunk.h"

#include <stdlib.h>
#include <string.h>

void unwatched_add(struct unwatched_list *list, int pid, uint64_t n, const char *program, const char *why)
{
        for (size_t i = 0; i < list->n; i++) {
                struct unwatched *known = &list->all[i];
                if (strcmp(known->program, program) == 0 && strcmp(known->why, why) == 0) {
                        known->n += n;
                        known->pid = pid;
                        return;
                }
        }
        struct unwatched *more = realloc(list->all, (list->n + 1) * sizeof *more);
        if (!more)
                return;
        list->all = more;
        struct unwatched added = {.pid = pid, .n = n, .program = strdup(program), .why = strdup(why)};
        if (added.program && added.why) {
                list->all[list->n++] = added;
                return;
        }
        free(added.program);
        free(added.why);
}

void unwatched_take_back(struct unwatched_list *list, int pid)
{
        for (size_t i = 0; i < list->n; i++) {
                struct unwatched *known = &list->all[i];
                if (known->pid != pid)
                        continue;
                if (--known->n > 0)
                        return;
                free(known->program);
                free(known->why);
                list->all[i] = list->all[--list->n];
                return;
        }
}

uint64_t unwatched_processes(const struct unwatched_list *list)
{
        uint64_t n = 0;
        for (size_t i = 0; i < list->n; i++)
                n += list->all[i].n;
        return n;
}

void unwatched_deinit(struct unwatched_list *list)
{
        for (size_t i = 0; i < list->n; i++) {
                free(list->all[i].program);
                free(list->all[i].why);
        }
        free(list->all);
        *list = (struct unwatched_list){0};
}

void *unwatched_encode(const struct unwatched *unwatched, size_t *ret_bytes)
{
        struct chunk_unwatched fixed = {.pid = unwatched->pid, .n = unwatched->n};
        size_t program = strlen(unwatched->program) + 1, why = strlen(unwatched->why) + 1;
        char *payload = malloc(sizeof fixed + program + why);
        if (!payload)
                return NULL;
        memcpy(payload, &fixed, sizeof fixed);
        memcpy(payload + sizeof fixed, unwatched->program, program);
        memcpy(payload + sizeof fixed + program, unwatched->why, why);
        *ret_bytes = sizeof fixed + program + why;
        return payload;
}

bool unwatched_decode(struct unwatched_list *list, const void *payload, size_t bytes)
{
        struct chunk_unwatched fixed;
        if (bytes < sizeof fixed + 2)
                return false;
        memcpy(&fixed, payload, sizeof fixed);
        const char *program = (const char *)payload + sizeof fixed;
        size_t room = bytes - sizeof fixed, length = strnlen(program, room);
        if (length + 1 >= room || memchr(program + length + 1, '\0', room - length - 1) != program + room - 1)
                return false;
        unwatched_add(list, fixed.pid, fixed.n, program, program + length + 1);
        return true;
}
