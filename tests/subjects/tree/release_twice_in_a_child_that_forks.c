// The child forks, releases an inherited block, forks again and releases it once more; the parent forked often before.
// expect: UF102 release=drop first_release=drop
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void drop(void *block) { free(block); }

static void fork_often(int n)
{
        while (n-- > 0) {
                if (fork() == 0)
                        _exit(0);
                wait(NULL);
        }
}

int main(void)
{
        void *block = malloc(64);
        fork_often(130);
        pid_t child = fork();
        if (child == 0) {
                fork_often(2);
                drop(block);
                fork_often(2);
                drop(block);
                exit(0);
        }
        fork_often(2);
        waitpid(child, NULL, 0);
        drop(block);
        return 0;
}
