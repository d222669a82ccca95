/* Emptying the lanes of the log: see drain.h
 *
 * This is the one place where the runner maps an arena instead of copying from it: the two sides share two positions
 * and a futex. So the file is first sealed against shrinking. All that is read there is believed only within bounds.
 */
#include "cli/collect/drain.h"

#include "cli/capture/arena.h"
#include "cli/say/say.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
        SHORT_NS = 100000, /* pauses: where rings fill fast */
        USUAL_NS = 1000000,
        LONG_NS = 5000000,               /* where nothing comes */
        MUCH_BYTES = WIRE_RING_BYTES / 8, /* of one lane, in one round */
};

struct image {
        size_t number;
        unsigned char *header; /* mappings */
        struct wire_lane *lanes;
        unsigned char *rings;
        size_t header_bytes, lanes_bytes, rings_bytes;
        uint64_t n_lanes; /* with a ring */
};

struct drain {
        struct log_writer *writer;
        pthread_t thread;
        pthread_mutex_t lock; /* of all below */
        struct image *images;
        size_t n, room;
        bool stop;
};

static uint64_t now_us(void)
{
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void clock_push(struct wire_lane *shared)
{
        uint64_t now = now_us(), known = __atomic_load_n(&shared->clock_us, __ATOMIC_RELAXED);
        while (now > known &&
               !__atomic_compare_exchange_n(&shared->clock_us, &known, now, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                ;
}

/* The bytes of a ring between two positions, in one or two pieces. */
static void ring_take(struct drain *d, const struct image *image, uint64_t lane, uint64_t from, uint64_t to)
{
        const unsigned char *ring = image->rings + lane * WIRE_RING_BYTES;
        while (from < to) {
                uint64_t at = from % WIRE_RING_BYTES, n = to - from;
                n = n < WIRE_RING_BYTES - at ? n : WIRE_RING_BYTES - at;
                log_writer_add(d->writer, (uint32_t)image->number, (uint32_t)lane, ring + at, (size_t)n);
                from += n;
        }
}

/* Returns how many bytes there were. */
static uint64_t lane_drain(struct drain *d, const struct image *image, uint64_t number)
{
        struct wire_lane *lane = &image->lanes[number];
        uint64_t head = __atomic_load_n(&lane->head, __ATOMIC_ACQUIRE), tail = lane->tail;
        if (head - tail > WIRE_RING_BYTES)
                tail = head; /* the program wrote over it */
        else if (head != tail)
                ring_take(d, image, number, tail, head);
        if (head != lane->tail)
                __atomic_store_n(&lane->tail, head, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&lane->waiting, __ATOMIC_SEQ_CST)) {
                __atomic_store_n(&lane->waiting, 0, __ATOMIC_SEQ_CST);
                syscall(SYS_futex, &lane->waiting, FUTEX_WAKE, 1, NULL, NULL, 0);
        }
        return head - tail;
}

/* Returns the most that was in any of its lanes. */
static uint64_t image_drain(struct drain *d, const struct image *image)
{
        const struct wire_header *header = (const struct wire_header *)image->header;
        uint64_t most = 0, n = __atomic_load_n(&header->extents[WIRE_EXTENT_THREADS].used, __ATOMIC_ACQUIRE);
        bool shut = log_writer_is_shut(d->writer);
        clock_push(&image->lanes[0]);
        if (shut)
                __atomic_store_n(&image->lanes[0].state, WIRE_LOG_OFF, __ATOMIC_RELEASE);
        for (uint64_t i = 1; i < n && i < image->n_lanes; i++) {
                uint64_t bytes = lane_drain(d, image, i);
                most = bytes > most ? bytes : most;
        }
        return most;
}

static void *drain_thread(void *context)
{
        struct drain *d = context;
        long pause = USUAL_NS;
        for (;;) {
                pthread_mutex_lock(&d->lock);
                uint64_t most = 0;
                for (size_t i = 0; i < d->n; i++) {
                        uint64_t bytes = image_drain(d, &d->images[i]);
                        most = bytes > most ? bytes : most;
                }
                bool stop = d->stop;
                pthread_mutex_unlock(&d->lock);
                if (stop)
                        return NULL;
                if (most > MUCH_BYTES)
                        pause = SHORT_NS;
                else if (most)
                        pause = USUAL_NS;
                else if (pause < LONG_NS)
                        pause = pause * 2 < LONG_NS ? pause * 2 : LONG_NS;
                nanosleep(&(struct timespec){0, pause}, NULL);
        }
}

struct drain *drain_new(struct log_writer *writer)
{
        struct drain *d = calloc(1, sizeof *d);
        if (!d) {
                say_error("no memory for a log");
                return NULL;
        }
        d->writer = writer;
        pthread_mutex_init(&d->lock, NULL);
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the runner's main thread's */
        int error = pthread_create(&d->thread, NULL, drain_thread, d);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (error) {
                say_error("no thread for the log: %s", strerror(error));
                free(d);
                return NULL;
        }
        return d;
}

static void *map(int fd, uint64_t off, uint64_t bytes, int protection)
{
        void *at = mmap(NULL, bytes, protection, MAP_SHARED | MAP_NORESERVE, fd, (off_t)off);
        return at == MAP_FAILED ? NULL : at;
}

static void image_unmap(struct image *image)
{
        if (image->header)
                munmap(image->header, image->header_bytes);
        if (image->lanes)
                munmap(image->lanes, image->lanes_bytes);
        if (image->rings)
                munmap(image->rings, image->rings_bytes);
        image->header = image->rings = NULL;
        image->lanes = NULL;
}

static uint64_t whole_pages(uint64_t bytes)
{
        return (bytes + WIRE_PAGE_BYTES - 1) / WIRE_PAGE_BYTES * WIRE_PAGE_BYTES;
}

/* NULL, or why it cannot be logged. */
static const char *image_map(struct image *image, int memfd)
{
        struct wire_range lanes, rings;
        if (!arena_find(memfd, WIRE_EXTENT_LANES, &lanes) || !arena_find(memfd, WIRE_EXTENT_RINGS, &rings))
                return "its arena cannot be read";
        if (fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK) < 0)
                return "its arena cannot be sealed";
        image->n_lanes = lanes.capacity < rings.capacity ? lanes.capacity : rings.capacity;
        image->header_bytes = whole_pages(sizeof(struct wire_header));
        image->header = map(memfd, 0, image->header_bytes, PROT_READ);
        image->lanes_bytes = whole_pages(image->n_lanes * sizeof(struct wire_lane));
        image->lanes = map(memfd, lanes.off, image->lanes_bytes, PROT_READ | PROT_WRITE);
        do { /* as many as our own address space takes */
                image->rings_bytes = image->n_lanes * WIRE_RING_BYTES;
                image->rings = map(memfd, rings.off, image->rings_bytes, PROT_READ);
        } while (!image->rings && (image->n_lanes /= 2) > 1);
        return image->header && image->lanes && image->rings ? NULL : "there is no address space for it";
}

void drain_begin(void *context, size_t number, int memfd)
{
        struct drain *d = context;
        struct image image = {.number = number};
        const char *why = image_map(&image, memfd);
        pthread_mutex_lock(&d->lock);
        if (!why && d->n == d->room) {
                size_t room = d->room ? d->room * 2 : 16;
                struct image *images = realloc(d->images, room * sizeof *images);
                if (images) {
                        d->images = images;
                        d->room = room;
                }
                why = images ? NULL : "there is no memory for it";
        }
        if (!why)
                d->images[d->n++] = image;
        pthread_mutex_unlock(&d->lock);
        if (!why)
                return;
        say_error("a process is not logged: %s", why);
        if (image.lanes)
                __atomic_store_n(&image.lanes[0].state, WIRE_LOG_OFF, __ATOMIC_RELEASE);
        image_unmap(&image);
}

static void image_end(struct drain *d, struct image *image, int memfd)
{
        __atomic_store_n(&image->lanes[0].state, WIRE_LOG_OFF, __ATOMIC_RELEASE);
        image_drain(d, image);
        image_unmap(image);
        struct wire_range rings;
        if (arena_find(memfd, WIRE_EXTENT_RINGS, &rings))
                fallocate(memfd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)rings.off,
                          (off_t)(rings.capacity * WIRE_RING_BYTES));
}

void drain_end(void *context, size_t number, int memfd)
{
        struct drain *d = context;
        pthread_mutex_lock(&d->lock);
        for (size_t i = 0; i < d->n; i++) {
                if (d->images[i].number != number)
                        continue;
                image_end(d, &d->images[i], memfd);
                d->images[i] = d->images[--d->n];
                break;
        }
        pthread_mutex_unlock(&d->lock);
}

void drain_free(struct drain *d)
{
        if (!d)
                return;
        pthread_mutex_lock(&d->lock);
        d->stop = true;
        pthread_mutex_unlock(&d->lock);
        pthread_join(d->thread, NULL);
        for (size_t i = 0; i < d->n; i++)
                image_unmap(&d->images[i]);
        pthread_mutex_destroy(&d->lock);
        free(d->images);
        free(d);
}
