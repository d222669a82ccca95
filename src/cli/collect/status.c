/* What the kernel says of a process, line by line: see status.h */
#include "cli/collect/status.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What stands behind the key and its tab, in `line`; NULL = there is no such line. */
static const char *value_find(pid_t pid, const char *key, char *line, size_t bytes)
{
        char path[48];
        size_t n = strlen(key);
        bool found = false;

        snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
        FILE *file = pid > 0 ? fopen(path, "re") : NULL;
        while (file && !found && fgets(line, (int)bytes, file))
                found = strncmp(line, key, n) == 0 && strncmp(line + n, ":\t", 2) == 0;
        if (file)
                fclose(file);
        return found ? line + n + 2 : NULL;
}

long status_number(pid_t pid, const char *key, bool last)
{
        char line[512];
        const char *value = value_find(pid, key, line, sizeof line), *tab = value && last ? strrchr(value, '\t') : NULL;

        return value ? strtol(tab ? tab + 1 : value, NULL, 10) : -1;
}

bool status_has_signal(pid_t pid, const char *set, int signal)
{
        char line[512];
        const char *mask = value_find(pid, set, line, sizeof line); /* bit n - 1 is signal n */

        return mask && strtoull(mask, NULL, 16) >> (signal - 1) & 1;
}

bool status_blocks_signal(pid_t pid, int signal)
{
        char path[48];

        snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
        DIR *threads = opendir(path);
        if (!threads)
                return false;
        bool all = true;
        for (const struct dirent *entry; all && (entry = readdir(threads)) != NULL;) {
                pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10); /* 0: the folder's own names */
                all = thread <= 0 || status_has_signal(thread, "SigBlk", signal);
        }
        closedir(threads);
        return all;
}

char status_state(pid_t pid)
{
        char line[512];
        const char *letter = value_find(pid, "State", line, sizeof line);

        return letter ? *letter : '\0';
}
