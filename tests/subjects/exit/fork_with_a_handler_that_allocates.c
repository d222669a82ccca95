// A handler of pthread_atfork allocates in the child, before fork has returned there: the child is watched all the same.
// expect: UF102 family=malloc function=make release=drop first_release=drop
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<main
// process: end.how=exit end.code=2
// process: end.how=exit end.code=0
#include "leak_ten.h"
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static void *of_the_child;

static void begin(void) { of_the_child = malloc(10); }
static void *make(void) { return malloc(30); }
static void drop(void *block) { free(block); }

int main(void)
{
        pthread_atfork(NULL, NULL, begin);
        pid_t child = fork();
        if (child == 0) {
                leak_ten();
                void *block = make();
                drop(block);
                drop(block);
                _exit(2);
        }
        waitpid(child, NULL, 0);
        return 0;
}
