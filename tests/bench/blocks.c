/* Many live blocks of 48 bytes, from ten sites; all lost at the end, or all held. Prints how much memory the process
 * had at its most, in KiB. Arguments: blocks, "lost" or "held". */
#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct link {
        struct link *next;
        char rest[40];
};

static struct link *volatile held;

#define SITE(n) static NOINLINE struct link *make_##n(void) { return calloc(1, sizeof(struct link)); }
SITE(0) SITE(1) SITE(2) SITE(3) SITE(4) SITE(5) SITE(6) SITE(7) SITE(8) SITE(9)
static struct link *(*const makers[10])(void) = {make_0, make_1, make_2, make_3, make_4,
                                                 make_5, make_6, make_7, make_8, make_9};

int main(int argc, char **argv)
{
        long n = argc > 1 ? atol(argv[1]) : 1000000;
        int hold = argc > 2 && strcmp(argv[2], "held") == 0;
        for (long i = 0; i < n; i++) {
                struct link *link = makers[i % 10]();
                link->next = hold ? held : NULL;
                held = link;
        }
        if (!hold)
                held = NULL;
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        printf("%ld\n", usage.ru_maxrss);
        return 0;
}
