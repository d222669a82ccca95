// Has the kernel lock all memory, what there is and what will be: that is the program's, and not what we keep beside
// it, which is mostly holes.
// expect: UF001 class=definite function=make bytes=333 blocks=1
// plain: same
#include "locked.h"

#include <stdlib.h>

static char untouched[FRESH_BYTES] __attribute__((aligned(4096)));

static void *make(size_t bytes) { return memset(malloc(bytes), 1, bytes); }

static void say(const char *when)
{
        printf("%s: locked %s, in memory %s\n", when,
               status("VmLck") > 256 << 10 ? "too much"
               : status("VmLck") > 1024    ? "well"
                                           : "little",
               status("VmRSS") > 256 << 10 ? "too much" : "well");
}

int main(void)
{
        alarm(5); // rather than fill a machine
        setvbuf(stdout, NULL, _IONBF, 0);
        char *before = fresh();
        printf("on fault: %d\n", mlockall(MCL_CURRENT | MCL_ONFAULT));
        printf("before: %s\n", present(before));
        say("on fault");
        printf("current and future: %d\n", mlockall(MCL_CURRENT | MCL_FUTURE));
        printf("before: %s, variables: %s, fresh: %s\n", present(before), present(untouched), present(fresh()));
        for (int i = 0; i < 100000; i++)
                free(make(i % 5000 + 1));
        void *volatile lost = make(333);
        lost = NULL;
        say("current and future");
        printf("current: %d\n", mlockall(MCL_CURRENT));
        long locked = status("VmLck");
        printf("fresh: %s", present(fresh()));
        printf(", locked more: %ld\n", status("VmLck") - locked);
        say("current");
        printf("future: %d\n", mlockall(MCL_FUTURE | MCL_ONFAULT));
        locked = status("VmLck");
        printf("fresh: %s", present(fresh()));
        printf(", locked more: %ld\n", status("VmLck") - locked);
        printf("none: %d", munlockall());
        printf(", locked: %ld\n", status("VmLck"));
        return 0;
}
