/* Where our shared library is, and how LD_PRELOAD can name it: see library.h */
#include "cli/collect/library.h"

#include "cli/say/say.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The directory of this executable's directory: where it is `bin`, the prefix. */
static bool library_own_directory(char *ret_directory, size_t bytes)
{
        ssize_t n = readlink("/proc/self/exe", ret_directory, bytes - 1);
        if (n <= 0)
                return false;
        ret_directory[n] = '\0';
        char *slash = strrchr(ret_directory, '/');
        if (!slash)
                return false;
        *slash = '\0';
        return true;
}

static char *library_beside_us(void)
{
        /* From the directory of the executable: the build tree's, then where the installation was configured to put
         * it, then the other places that distributions use. */
        static const char *const places[] = {
                "../shim/libunfreed.so",
                "../" UNFREED_LIBDIR "/unfreed/libunfreed.so",
                "../lib/unfreed/libunfreed.so",
                "../lib64/unfreed/libunfreed.so",
                "libunfreed.so",
        };
        char own[PATH_MAX], path[PATH_MAX * 2];
        if (!library_own_directory(own, sizeof own))
                return NULL;
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
                snprintf(path, sizeof path, "%s/%s", own, places[i]);
                char *real = realpath(path, NULL);
                if (real)
                        return real;
        }
        return NULL;
}

/* A link in a directory that only we can write. It stays: programs that outlive us may yet start others. */
static char *library_link(const char *path)
{
        uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
        for (const char *c = path; *c; c++)
                hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
        char directory[64], link[128], there[PATH_MAX];
        struct stat status;
        snprintf(directory, sizeof directory, "/tmp/unfreed-%u", (unsigned)geteuid());
        if (mkdir(directory, 0700) < 0 && errno != EEXIST)
                return NULL;
        if (lstat(directory, &status) < 0 || !S_ISDIR(status.st_mode) || status.st_uid != geteuid() ||
            (status.st_mode & 022) != 0)
                return NULL;
        snprintf(link, sizeof link, "%s/libunfreed-%016llx.so", directory, (unsigned long long)hash);
        if (symlink(path, link) < 0) {
                ssize_t n = errno == EEXIST ? readlink(link, there, sizeof there - 1) : -1;
                if (n < 0 || (size_t)n != strlen(path) || memcmp(there, path, (size_t)n) != 0)
                        return NULL;
        }
        return strdup(link);
}

char *library_find(void)
{
        const char *asked = getenv("UNFREED_LIBRARY");
        char *path = asked && *asked ? realpath(asked, NULL) : library_beside_us();
        if (!path) {
                if (asked && *asked)
                        say_error("UNFREED_LIBRARY names %s: %s", asked, strerror(errno));
                else
                        say_error(
                                "libunfreed.so was not found beside this executable; set UNFREED_LIBRARY to its path");
                return NULL;
        }
        if (!strpbrk(path, " :$\t\n"))
                return path;
        char *link = library_link(path);
        if (!link)
                say_error("LD_PRELOAD cannot hold the path of %s, and no link to it could be made in /tmp", path);
        free(path);
        return link;
}
