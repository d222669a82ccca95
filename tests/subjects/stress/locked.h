// What the kernel says of this process's memory; of the subjects that lock it.
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// KiB, of a line of /proc/self/status.
static long status(const char *key)
{
        char line[256];
        long value = -1;
        FILE *file = fopen("/proc/self/status", "r");
        while (file && fgets(line, sizeof line, file))
                if (strncmp(line, key, strlen(key)) == 0)
                        sscanf(line + strlen(key), ": %ld", &value);
        if (file)
                fclose(file);
        return value;
}

enum { FRESH_BYTES = 1 << 20 };

static char *fresh(void)
{
        return mmap(NULL, FRESH_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

// How much of it is in memory?
static const char *present(char *at)
{
        static unsigned char pages[FRESH_BYTES / 4096];
        long page = sysconf(_SC_PAGESIZE), n = 0;
        if (at == MAP_FAILED || mincore(at, FRESH_BYTES, pages) != 0)
                return "not known";
        for (long i = 0; i < FRESH_BYTES / page; i++)
                n += pages[i] & 1;
        return n == 0 ? "none" : n == FRESH_BYTES / page ? "all" : "some";
}
