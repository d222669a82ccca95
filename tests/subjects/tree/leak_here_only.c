// The leaky program that the scripts of this folder start. By itself: one leak.
// expect: UF001 class=definite family=malloc bytes=160 blocks=1 function=leak_here
// process: end.how=exit end.code=0
#include <stdlib.h>
#include <string.h>

static void leak_here(void) { memset(malloc(160), 1, 160); }

int main(int argc, char **argv)
{
        leak_here();
        return argc > 1 ? atoi(argv[1]) : 0;
}
