// A local of another thread that still runs, given to free(). (CWE-590)
// expect: UF103 place="*stack|*mapping*" release=drop
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

static sem_t shown, done;
static void *volatile seen;

static void drop(void *pointer) { free(pointer); }

static void *show(void *unused)
{
        char local[64] = "x";
        seen = local;
        sem_post(&shown);
        sem_wait(&done);
        return unused;
}

int main(void)
{
        pthread_t thread;
        sem_init(&shown, 0, 0);
        sem_init(&done, 0, 0);
        pthread_create(&thread, NULL, show, NULL);
        sem_wait(&shown);
        drop(seen);
        sem_post(&done);
        pthread_join(thread, NULL);
        return 0;
}
