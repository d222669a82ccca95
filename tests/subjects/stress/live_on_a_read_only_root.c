// No file can be made anywhere: we want none.
// run: unshare -m sh -c "mount -o remount,bind,ro / && mount -t tmpfs -o ro,size=4k none /dev/shm && exec {self}"
// needs: cmd:unshare may:mounts
// expect: UF001 class=definite function=lose bytes=333 blocks=1
// stdout: read-only
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void lose(void) { memset(malloc(333), 1, 333); }

int main(void)
{
        lose();
        puts(open("/unfreed-subject", O_CREAT | O_WRONLY, 0600) < 0 ? "read-only" : "writable");
        return 0;
}
