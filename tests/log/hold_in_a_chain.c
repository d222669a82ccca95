/* Holds a chain of as many blocks as the argument says, by its first one: with sampling nearly each is held by one that
 * nobody looked at. */
#include "act.h"

struct link {
        struct link *next;
        char rest[92];
};

static struct link *volatile first;

int main(int argc, char **argv)
{
        for (long n = argc > 1 ? atol(argv[1]) : 1000; n > 0; n--) {
                struct link *link = keep(sizeof *link);
                link->next = first;
                first = link;
        }
        return 0;
}
