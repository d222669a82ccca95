// Nothing is mounted at /proc: who points to what cannot be told, and nothing is accused; a wrong release is.
// run: unshare -m sh -c "umount -l /proc && exec {self}"
// needs: cmd:unshare may:mounts
// expect: UF004 function=make bytes=333 blocks=1
// expect: UF102 function=make release=drop first_release=drop bytes=444
// allow: UF004
// process: judged=budget unjudged=maps end.code=0
// stdout: no proc
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *make(size_t bytes) { return memset(malloc(bytes), 1, bytes); }
static void drop(void *block) { free(block); }

int main(void)
{
        make(333);
        void *block = make(444);
        drop(block);
        drop(block);
        puts(access("/proc/self", F_OK) == 0 ? "proc" : "no proc");
        return 0;
}
