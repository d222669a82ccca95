// Blocks released from stacks of which there are as many as releases, and once more, some at once and some after a
// hundred thousand such releases: the first release of each is still known. (CWE-415)
// expect: UF102 family=malloc function=make_early release=drop_again first_release=drop_early first_release_stack=drop_early<go<main bytes=100 count=8
// expect: UF102 family=malloc function=make_late release=drop_again first_release=drop_late first_release_stack=drop_late<go<main bytes=100 count=8
// plain: crashes
#include "ever_new_stacks.h"

enum { N = 8 };
static void *early[N], *late[N];

static __attribute__((noinline)) void *make_early(void) { return malloc(100); }
static __attribute__((noinline)) void *make_late(void) { return malloc(100); }

DROP(drop_early)
DROP(drop_late)

int main(void)
{
        for (int i = 0; i < N; i++)
                early[i] = make_early();
        for (int i = 0; i < N; i++)
                late[i] = make_late();
        churn(10000); /* from here on nobody expects a stack to come back */
        uint64_t path = path_new();
        for (int i = 0; i < N; i++)
                go(drop_early, early[i], path_new(), 40);
        churn(100000);
        for (int i = 0; i < N; i++)
                go(drop_late, late[i], path_new(), 40);
        for (int i = 0; i < N; i++) {
                drop_again(early[i]);
                drop_again(late[i]);
        }
        return path == 0;
}
