// Parent and child each release the block that both have: nobody is wrong.
// expect: nothing
// plain: same
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
        char *blocks[200];
        for (int i = 0; i < 200; i++)
                blocks[i] = memset(malloc(50 + i), i, 50 + i);
        pid_t child = fork();
        for (int i = 0; i < 200; i++)
                free(blocks[i]);
        if (child == 0)
                exit(0);
        waitpid(child, NULL, 0);
        return 0;
}
