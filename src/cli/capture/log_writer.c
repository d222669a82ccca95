/* A log file in the making: see log_writer.h
 *
 * Pieces of all lanes are put together until they make a chunk that is worth compressing. The level is a fast one: the
 * records are short already, and whoever waits for room in a ring waits for us. Of most programs they have little in
 * common with each other, and compressing them costs as much as all else that is done here: so where a chunk would not
 * become half as long, this and the next ones are stored in frames as they are, until another is tried.
 *
 * When the disk is full, the file keeps its whole chunks, and what must follow them (arenas, names) is written over the
 * last ones: they have the room that nothing else can have.
 */
#include "cli/capture/log_writer.h"

#include "cli/capture/chunk.h"
#include "cli/say/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include <zstd.h>

enum { LOG_LEVEL = -7, TRY_EVERY = 16 };

struct log_writer {
        const char *path;
        int fd;
        bool is_regular, is_ended;
        int error;      /* errno of the first thing that failed */
        bool is_full;   /* max_bytes are reached */
        uint64_t *ends; /* of each chunk of events that is whole, from the start of the first; one more: 0 in front */
        size_t n_chunks, ends_room;
        uint64_t max_bytes; /* of all of them */
        uint32_t run;
        unsigned n_stored; /* chunks to be stored before the next is tried */
        ZSTD_CCtx *zstd;
        unsigned char *raw; /* CHUNK_LOG_MAX */
        size_t n_raw;
        unsigned char *packed; /* head, struct chunk_log, frame */
        size_t packed_room;
};

static unsigned char *frame_of(const struct log_writer *w)
{
        return w->packed + sizeof(struct chunk_head) + sizeof(struct chunk_log);
}

static bool put(struct log_writer *w, const void *bytes, size_t n)
{
        const unsigned char *at = bytes;
        while (n > 0 && !w->error) {
                ssize_t done = write(w->fd, at, n);
                if (done < 0 && errno == EINTR)
                        continue;
                if (done <= 0) {
                        w->error = done < 0 ? errno : EIO;
                        break;
                }
                at += done;
                n -= (size_t)done;
        }
        return !w->error;
}

struct log_writer *log_writer_open(const char *path, uint64_t max_bytes)
{
        struct log_writer *w = calloc(1, sizeof *w);
        if (!w) {
                say_error("no memory for a log");
                return NULL;
        }
        *w = (struct log_writer){
                .path = path, .max_bytes = max_bytes, .zstd = ZSTD_createCCtx(), .raw = malloc(CHUNK_LOG_MAX)};
        w->packed_room = sizeof(struct chunk_head) + sizeof(struct chunk_log) + ZSTD_compressBound(CHUNK_LOG_MAX);
        w->packed = malloc(w->packed_room);
        w->ends_room = 64;
        w->ends = calloc(w->ends_room, sizeof *w->ends);
        w->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        struct stat status;
        w->is_regular = w->fd >= 0 && fstat(w->fd, &status) == 0 && S_ISREG(status.st_mode);
        struct capture_head head = {.magic = CAPTURE_MAGIC, .version = CAPTURE_VERSION, .order = CAPTURE_ORDER};
        bool opened = w->fd >= 0;
        if (opened && put(w, &head, sizeof head) && w->zstd && w->raw && w->packed && w->ends &&
            getrandom(&w->run, sizeof w->run, 0) == sizeof w->run) {
                ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, LOG_LEVEL);
                return w;
        }
        say_error("the log %s cannot be written: %s", path, strerror(w->error ? w->error : opened ? ENOMEM : errno));
        log_writer_free(w);
        return NULL;
}

static bool chunk_put(struct log_writer *w, size_t bytes)
{
        if (w->n_chunks + 1 == w->ends_room) {
                uint64_t *more = realloc(w->ends, 2 * w->ends_room * sizeof *more);
                if (!more) {
                        w->error = ENOMEM;
                        return false;
                }
                w->ends = more;
                w->ends_room *= 2;
        }
        if (!put(w, w->packed, bytes))
                return false;
        w->ends[w->n_chunks + 1] = w->ends[w->n_chunks] + bytes;
        w->n_chunks++;
        return true;
}

/* A frame of zstd without any compression (RFC 8878, 3.1.1): nine bytes, then blocks with three bytes before each. Its
 * length is within ZSTD_compressBound(n). */
enum { FRAME_HEAD = 9, BLOCK_HEAD = 3, BLOCK_MAX = 1 << 17 };

static unsigned char *stored_place(unsigned char *frame, size_t at)
{
        return frame + FRAME_HEAD + (at / BLOCK_MAX + 1) * BLOCK_HEAD + at;
}

/* Bytes that begin `at` bytes behind the start of what the frame holds. */
static void stored_add(unsigned char *frame, size_t at, const unsigned char *bytes, size_t n)
{
        while (n > 0) {
                size_t room = BLOCK_MAX - at % BLOCK_MAX, now = n < room ? n : room;
                memcpy(stored_place(frame, at), bytes, now);
                at += now;
                bytes += now;
                n -= now;
        }
}

/* It holds these n bytes, which have been added. Returns its length. */
static size_t stored_end(unsigned char *frame, size_t n)
{
        enum { LAST = 1 };
        const unsigned char single_segment_with_four_bytes_of_size = 0xa0;
        uint32_t magic = ZSTD_MAGICNUMBER, size = (uint32_t)n;
        memcpy(frame, &magic, sizeof magic);
        frame[4] = single_segment_with_four_bytes_of_size;
        memcpy(frame + 5, &size, sizeof size);
        for (size_t at = 0; at < n; at += BLOCK_MAX) {
                size_t bytes = n - at < BLOCK_MAX ? n - at : BLOCK_MAX;
                uint32_t head = (uint32_t)bytes << 3 | (bytes == n - at ? LAST : 0);
                memcpy(stored_place(frame, at) - BLOCK_HEAD, &head, BLOCK_HEAD);
        }
        return (size_t)(stored_place(frame, n - 1) + 1 - frame);
}

/* Or an error of zstd's. */
static size_t frame_make(struct log_writer *w, size_t room)
{
        unsigned char *frame = frame_of(w);
        if (w->n_stored > 0) {
                w->n_stored--;
                return stored_end(frame, w->n_raw);
        }
        size_t n = ZSTD_compress2(w->zstd, frame, room, w->raw, w->n_raw);
        if (ZSTD_isError(n) || n <= w->n_raw / 2)
                return n;
        w->n_stored = TRY_EVERY - 1;
        stored_add(frame, 0, w->raw, w->n_raw);
        return stored_end(frame, w->n_raw);
}

static void chunk_flush(struct log_writer *w)
{
        struct chunk_head head = {.kind = CHUNK_LOG};
        struct chunk_log fixed = {.run = w->run, .bytes = (uint32_t)w->n_raw};
        unsigned char *payload = w->packed + sizeof head;
        size_t room = w->packed_room - sizeof head - sizeof fixed;
        if (w->n_raw == 0 || log_writer_is_shut(w))
                return;
        memcpy(payload, &fixed, sizeof fixed);
        size_t n = frame_make(w, room);
        if (ZSTD_isError(n)) {
                w->error = ENOMEM;
                return;
        }
        head.bytes = sizeof fixed + n;
        head.checksum = chunk_checksum(&head, payload);
        memcpy(w->packed, &head, sizeof head);
        size_t whole = sizeof head + (size_t)head.bytes;
        if (w->ends[w->n_chunks] + whole > w->max_bytes)
                w->is_full = true;
        else
                chunk_put(w, whole);
        w->n_raw = 0;
}

bool log_writer_is_shut(const struct log_writer *w) { return w->error || w->is_full; }

/* To where it will be compressed from; or written, if this chunk is to be stored as it is. */
static void raw_add(struct log_writer *w, const void *bytes, size_t n)
{
        if (w->n_stored > 0)
                stored_add(frame_of(w), w->n_raw, bytes, n);
        else
                memcpy(w->raw + w->n_raw, bytes, n);
        w->n_raw += n;
}

bool log_writer_add(struct log_writer *w, uint32_t image, uint32_t lane, const void *bytes, size_t n)
{
        struct chunk_piece piece = {.image = image, .lane = lane, .bytes = (uint32_t)n};
        if (w->n_raw + sizeof piece + n > CHUNK_LOG_MAX)
                chunk_flush(w);
        if (log_writer_is_shut(w))
                return false;
        raw_add(w, &piece, sizeof piece);
        raw_add(w, bytes, n);
        return true;
}

void log_writer_link(const struct log_writer *w, struct capture_writer *rest, uint32_t image)
{
        struct chunk_link link = {.run = w->run, .image = image};
        capture_writer_add_chunk(rest, CHUNK_LINK, &link, sizeof link);
}

static bool is_no_room(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

/* What is there keeps its room until the new end is known: given back before, others might take it. */
static int rest_put(struct log_writer *w, struct capture_writer *rest)
{
        for (;; w->n_chunks--) {
                off_t at = (off_t)(sizeof(struct capture_head) + w->ends[w->n_chunks]);
                if (w->is_regular && lseek(w->fd, at, SEEK_SET) != at)
                        return errno;
                int error = capture_writer_append(rest, w->fd);
                if (error && w->is_regular && is_no_room(error) && w->n_chunks > 0)
                        continue;
                if (error || !w->is_regular)
                        return error;
                at = lseek(w->fd, 0, SEEK_CUR);
                return at < 0 || ftruncate(w->fd, at) < 0 ? errno : 0;
        }
}

int log_writer_end(struct log_writer *w, struct capture_writer *rest)
{
        chunk_flush(w);
        size_t n_chunks = w->n_chunks;
        int cut_by = w->error;
        if (!w->error || (w->is_regular && is_no_room(w->error)))
                w->error = rest_put(w, rest);
        if (!w->error && close(w->fd) < 0)
                w->error = errno;
        w->is_ended = !w->error;
        if (w->error)
                return say_error("the log %s cannot be written: %s", w->path, strerror(w->error));
        w->fd = -1;
        if (cut_by || w->n_chunks < n_chunks)
                return say_error("the log %s ends before the program did: %s", w->path,
                                 strerror(cut_by ? cut_by : ENOSPC));
        return w->is_full;
}

void log_writer_free(struct log_writer *w)
{
        if (!w)
                return;
        if (w->fd >= 0 && w->is_regular && !w->is_ended)
                unlink(w->path);
        if (w->fd >= 0)
                close(w->fd);
        ZSTD_freeCCtx(w->zstd);
        free(w->raw);
        free(w->packed);
        free(w->ends);
        free(w);
}
