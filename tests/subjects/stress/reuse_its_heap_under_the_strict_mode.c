// May read, write and end, and lives on the heap that it has: what it releases is there again.
// stdout: x
// exit: 3
// plain: same
// expect: nothing
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BLOCKS = 200 };

static void use(void)
{
        void *blocks[BLOCKS];
        for (int i = 0; i < BLOCKS; i++)
                blocks[i] = malloc(500);
        for (int i = 0; i < BLOCKS; i++)
                free(blocks[i]);
}

int main(void)
{
        use();
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
        for (int i = 0; i < 300; i++)
                use();
        write(1, "x\n", 2);
        syscall(SYS_exit, 3);
}
