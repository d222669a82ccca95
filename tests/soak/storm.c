/* Allocations as fast as four threads go, counted in a file that others map, until somebody kills us
 *
 *      storm FILE
 *
 * A block is counted as made after malloc() returned, and as being released before free() is called: whatever moment we
 * are killed in, at least (made - releasing) blocks are alive, and at most (making - released). One block in two is
 * released, the oldest first.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { THREADS = 4, KEPT = 1 << 22, BATCH = 512 };

struct counts {
        volatile uint64_t making, made, releasing, released;
        char pad[32];
};

static struct counts *counts;

__attribute__((noinline)) static void *make(size_t bytes)
{
        void *block = malloc(bytes);
        __asm__ volatile("" ::: "memory");
        return block;
}

static void *storm(void *argument)
{
        struct counts *own = argument;
        void **blocks = mmap(NULL, KEPT * sizeof *blocks, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        uint64_t first = 0;
        for (uint64_t i = 0; i < KEPT; i++) {
                own->making++;
                blocks[i] = make(16 + i % 100);
                own->made++;
                if (i % 2 == 0) {
                        own->releasing++;
                        free(blocks[first++]);
                        own->released++;
                }
                if (i % BATCH == 0)
                        usleep(1); /* so that memory lasts for a while */
        }
        for (;;)
                pause();
        return NULL;
}

int main(int argc, char **argv)
{
        int fd = argc > 1 ? open(argv[1], O_RDWR) : -1;
        counts = mmap(NULL, THREADS * sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (counts == MAP_FAILED)
                return 2;
        for (int i = 0; i < THREADS; i++) {
                pthread_t thread;
                if (pthread_create(&thread, NULL, storm, &counts[i]) != 0)
                        return 2;
        }
        for (;;)
                pause();
}
