// Forty threads wait with five blocks each.
// expect: nothing
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static void *run(void *unused)
{
        void *volatile block[5];
        for (int i = 0; i < 5; i++)
                block[i] = make(40);
        ready++;
        for (;;)
                pause();
        return block[0];
}

int main(void)
{
        pthread_t thread;
        for (int i = 0; i < 40; i++)
                pthread_create(&thread, NULL, run, NULL);
        while (ready < 40)
                usleep(1000);
        return 0;
}
