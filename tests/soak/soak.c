/* Many allocations over several threads, and the program's own count of them
 *
 *      soak EVENTS THREADS
 *
 * EVENTS is how many blocks are made in all. Sizes, places and what is done are random with a fixed seed. Threads
 * release each other's blocks through a table that they share. Each loses ten blocks of 777 bytes at the end, and
 * releases the rest. What was done is printed as JSON.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OWN = 1000, SHARED = 256, LOST = 10, LOST_BYTES = 777, MAX_THREADS = 64 };

static _Atomic(void *) shared[SHARED];
static uint64_t events_each;
static struct count {
        uint64_t births, releases;
        char pad[48];
} counts[MAX_THREADS];

static uint64_t next_random(uint64_t *state)
{
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        return *state * UINT64_C(0x2545f4914f6cdd1d) >> 16;
}

/* Sixteen sites, each at a depth of its own. */
#define STAY __asm__ volatile("" ::: "memory")
#define SITE(n, inner)                                                                                                 \
        __attribute__((noinline)) static void *site_##n(size_t bytes, unsigned depth)                                  \
        {                                                                                                              \
                void *block = depth == 0 ? malloc(bytes) : inner(bytes, depth - 1);                                    \
                STAY;                                                                                                  \
                return block;                                                                                          \
        }
__attribute__((noinline)) static void *site_0(size_t bytes, unsigned depth)
{
        void *block = depth & 1 ? calloc(1, bytes) : malloc(bytes);
        STAY;
        return block;
}
SITE(1, site_0)
SITE(2, site_1)
SITE(3, site_2)
SITE(4, site_3)
SITE(5, site_4)
SITE(6, site_5)
SITE(7, site_6)

__attribute__((noinline)) static void lose(struct count *count)
{
        void *volatile block = malloc(LOST_BYTES);
        memset(block, 'l', LOST_BYTES);
        block = NULL;
        count->births++;
}

static size_t size_of(uint64_t random)
{
        if (random % 4096 == 0)
                return 200000 + random % 100000; /* past what a slot holds */
        return 1 + random % (random % 16 == 0 ? 4000 : 200);
}

static void *soak(void *argument)
{
        struct count *count = argument;
        uint64_t state = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(count - counts + 1);
        void *own[OWN] = {0};
        while (count->births < events_each) {
                uint64_t random = next_random(&state);
                void **place = &own[random % OWN];
                random /= OWN;
                if (*place != NULL) {
                        if (random % 8 == 0) {
                                *place = atomic_exchange(&shared[random / 8 % SHARED], *place);
                                if (*place == NULL)
                                        continue;
                        }
                        free(*place);
                        count->releases++;
                }
                *place = site_7(size_of(random), (unsigned)(random >> 20) % 8);
                if (*place == NULL)
                        exit(3);
                *(char *)*place = 1;
                count->births++;
        }
        for (int i = 0; i < OWN; i++)
                if (own[i] != NULL) {
                        free(own[i]);
                        count->releases++;
                }
        for (int i = 0; i < LOST; i++)
                lose(count);
        return NULL;
}

int main(int argc, char **argv)
{
        uint64_t events = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
        unsigned n = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 8;
        pthread_t threads[MAX_THREADS];
        if (n == 0 || n > MAX_THREADS)
                return 2;
        events_each = events / n;
        for (unsigned i = 0; i < n; i++)
                if (pthread_create(&threads[i], NULL, soak, &counts[i]) != 0)
                        return 2;
        struct count sum = {0};
        for (unsigned i = 0; i < n; i++) {
                pthread_join(threads[i], NULL);
                sum.births += counts[i].births;
                sum.releases += counts[i].releases;
        }
        for (int i = 0; i < SHARED; i++)
                if (shared[i] != NULL) {
                        free(shared[i]);
                        sum.releases++;
                }
        char text[200];
        int length = snprintf(
                text, sizeof text, "{\"births\": %llu, \"releases\": %llu, \"lost\": %u, \"lost_bytes\": %u}\n",
                (unsigned long long)sum.births, (unsigned long long)sum.releases, n * LOST, n * LOST * LOST_BYTES);
        return fwrite(text, 1, (size_t)length, stdout) == (size_t)length ? 0 : 2;
}
