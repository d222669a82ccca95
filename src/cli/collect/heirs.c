/* Those of the tree that came to us, and may yet greet: see heirs.h */
#include "cli/collect/heirs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool process_has_library(int pid, const char *library)
{
        char path[48], *line = NULL;
        size_t room = 0;
        bool has = false;
        snprintf(path, sizeof path, "/proc/%d/maps", pid);
        FILE *maps = fopen(path, "re");
        while (maps && !has && getline(&line, &room, maps) > 0)
                has = strstr(line, library) != NULL;
        free(line);
        if (maps)
                fclose(maps);
        return has;
}

bool heirs_have_library(const char *library)
{
        FILE *children = fopen("/proc/thread-self/children", "re");
        bool have = false;
        int pid;
        while (children && !have && fscanf(children, "%d", &pid) == 1)
                have = process_has_library(pid, library);
        if (children)
                fclose(children);
        return have;
}
