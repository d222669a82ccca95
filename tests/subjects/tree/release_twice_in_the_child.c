// The child releases an inherited block twice; the parent once.
// expect: UF102 release=drop first_release=drop
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void drop(void *block) { free(block); }

int main(void)
{
        void *block = malloc(64);
        pid_t child = fork();
        if (child == 0) {
                drop(block);
                drop(block);
                exit(0);
        }
        waitpid(child, NULL, 0);
        drop(block);
        return 0;
}
