// One block of 16 bytes is lost in each call, among 100,000 that live: asked since a mark, each call says so by itself.
// expect: UF001 class=definite blocks=3 function=make bytes=48
// stdout: call 0: 0 sites
// stdout: call 1: 1 sites, 1 blocks, 16 bytes, lost
// stdout: call 3: 1 sites, 1 blocks, 16 bytes, lost
// stdout: said make lose, one site
#include "make.h"
#include "shim/hooks/unfreed.h"
#include <stdio.h>

static void *kept[100000];
static int call;
static char said[4096];

static void lose(void)
{
        if (call)
                make(16);
}

static void ask(uint64_t mark)
{
        struct unfreed_site site[4];
        int64_t n = unfreed_since(mark, UNFREED_ONLY_GROWN | UNFREED_ONLY_LOST, site, 4);
        printf("call %d: %d sites", call, (int)n);
        if (n == 1) {
                printf(", %d blocks, %d bytes, %s", (int)site->blocks, (int)site->bytes,
                       site->verdict == UNFREED_LOST ? "lost" : "held");
                unfreed_describe(site, 1, UNFREED_TEXT, said, sizeof said);
        }
        printf("\n");
}

int main(void)
{
        setvbuf(stdout, NULL, _IONBF, 0);
        for (int i = 0; i < 100000; i++)
                kept[i] = malloc(24 + i % 50);
        for (call = 0; call < 4; call++) {
                uint64_t mark = unfreed_mark();
                away(lose);
                ask(mark);
                unfreed_mark_end(mark);
        }
        printf("said %s %s, %s\n", strstr(said, "make ") ? "make" : "nothing",
               strstr(said, "lose ") ? "lose" : "nothing",
               strstr(said, "#1 ") && !strstr(said, "#2 ") ? "one site" : "others");
        return 0;
}
