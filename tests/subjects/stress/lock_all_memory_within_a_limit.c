// Has all memory locked without being allowed any amount of it: only what the program has itself counts against the
// limit, and where that is too much nothing is locked.
// expect: UF001 class=definite function=make bytes=333 blocks=1
// plain: same
#include "locked.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

static char untouched[FRESH_BYTES] __attribute__((aligned(4096)));

static void *make(size_t bytes) { return memset(malloc(bytes), 1, bytes); }

static void limit(rlim_t bytes)
{
        struct rlimit now;
        getrlimit(RLIMIT_MEMLOCK, &now);
        now.rlim_cur = bytes < now.rlim_max ? bytes : now.rlim_max;
        setrlimit(RLIMIT_MEMLOCK, &now);
}

static void lock(int flags)
{
        errno = 0;
        int result = mlockall(flags);
        printf("%x: %d, error %d, locked %s\n", flags, result, errno, status("VmLck") > 0 ? "some" : "none");
}

int main(void)
{
        alarm(5); // rather than fill a machine
        setvbuf(stdout, NULL, _IONBF, 0);
        if (geteuid() == 0 && setuid(65534) != 0)
                return 1;
        limit(8 << 20);
        void *volatile lost = make(333);
        lost = NULL;
        lock(0);
        lock(MCL_ONFAULT);
        lock(MCL_CURRENT | 8);
        lock(MCL_CURRENT | MCL_ONFAULT);
        lock(MCL_CURRENT);
        printf("variables: %s\n", present(untouched));
        lock(MCL_CURRENT | MCL_FUTURE);
        char *more = fresh();
        printf("fresh: %s\n", present(more));
        for (int i = 0; i < 100000; i++)
                free(make(i % 5000 + 1));
        munlockall();
        if (mmap(NULL, 8 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
                return 1;
        lock(MCL_CURRENT);
        lock(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
        mlock(more, FRESH_BYTES);
        lock(MCL_CURRENT);
        printf("locked as before: %s\n", status("VmLck") == FRESH_BYTES >> 10 ? "yes" : "no");
        munlockall();
        lock(MCL_FUTURE);
        limit(0);
        lock(MCL_CURRENT);
        lock(MCL_FUTURE);
        munlockall();
        return 0;
}
