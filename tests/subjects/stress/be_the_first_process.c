// The first process of a container: no signal has a default action there. A thread waits, and its stack holds a block.
// run: unshare -pf --mount-proc {self}
// needs: cmd:unshare may:pid
// expect: UF001 class=definite function=lose bytes=333 blocks=1
// stdout: process 1
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_barrier_t started;

static void *hold(void *unused)
{
        char *volatile block = malloc(100);
        block[0] = 1;
        pthread_barrier_wait(&started);
        for (;;)
                pause();
        return unused;
}

static void lose(void) { memset(malloc(333), 1, 333); }

int main(void)
{
        pthread_t thread;
        pthread_barrier_init(&started, NULL, 2);
        if (pthread_create(&thread, NULL, hold, NULL) != 0)
                return 1;
        pthread_barrier_wait(&started);
        lose();
        printf("process %d\n", (int)getpid());
        return 0;
}
