/* Making a capture file: see file.h
 *
 * Chunks are spooled into a memfd: the pid that the file's name may hold is known late, and a run that ends badly
 * leaves nothing behind in anybody's directory. Compression is zstd at its fastest level that still looks for
 * repetitions: arenas are written while the next process may be waiting for the processor.
 */
#include "cli/capture/chunk.h"
#include "cli/capture/file.h"
#include "cli/capture/label.h"
#include "cli/capture/source.h"
#include "cli/say/place.h"
#include "cli/say/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include <zstd.h>

enum { WRITER_LEVEL = 1 };

struct capture_writer {
        int spool;
        int error; /* errno of the first thing that failed */
        ZSTD_CCtx *zstd;
        uint64_t n_processes;
        bool has_command, has_labels, has_end;
        unsigned char *raw;    /* CHUNK_DATA_MAX */
        unsigned char *packed; /* room for a chunk: struct chunk_data and a frame */
        size_t packed_room;
};

struct capture_writer *capture_writer_new(void)
{
        struct capture_writer *w = calloc(1, sizeof *w);
        if (!w)
                return NULL;
        w->spool = memfd_create("unfreed-capture", MFD_CLOEXEC);
        w->zstd = ZSTD_createCCtx();
        w->packed_room = sizeof(struct chunk_data) + ZSTD_compressBound(CHUNK_DATA_MAX);
        w->raw = malloc(CHUNK_DATA_MAX);
        w->packed = malloc(w->packed_room);
        if (w->spool < 0 || !w->zstd || !w->raw || !w->packed) {
                capture_writer_free(w);
                return NULL;
        }
        struct capture_head head = {.magic = CAPTURE_MAGIC, .version = CAPTURE_VERSION, .order = CAPTURE_ORDER};
        if (write(w->spool, &head, sizeof head) != sizeof head)
                w->error = errno;
        return w;
}

void capture_writer_free(struct capture_writer *w)
{
        if (!w)
                return;
        if (w->spool >= 0)
                close(w->spool);
        ZSTD_freeCCtx(w->zstd);
        free(w->raw);
        free(w->packed);
        free(w);
}

static bool write_whole(int fd, const void *bytes, size_t n)
{
        const unsigned char *at = bytes;
        while (n > 0) {
                ssize_t put = write(fd, at, n);
                if (put < 0 && errno == EINTR)
                        continue;
                if (put <= 0)
                        return false;
                at += put;
                n -= (size_t)put;
        }
        return true;
}

static void chunk_put(struct capture_writer *w, const char *kind, const void *payload, size_t bytes)
{
        struct chunk_head head = {.bytes = bytes};
        memcpy(head.kind, kind, sizeof head.kind);
        head.checksum = chunk_checksum(&head, payload);
        if (!w->error && (!write_whole(w->spool, &head, sizeof head) || !write_whole(w->spool, payload, bytes)))
                w->error = errno;
}

void capture_writer_add_chunk(struct capture_writer *w, const char *kind, const void *payload, size_t bytes)
{
        bool command = memcmp(kind, CHUNK_COMMAND, 4) == 0;
        if (command && w->has_command)
                return;
        w->has_command = w->has_command || command;
        w->has_labels = w->has_labels || memcmp(kind, CHUNK_LABELS, 4) == 0;
        w->n_processes += memcmp(kind, CHUNK_PROCESS, 4) == 0;
        chunk_put(w, kind, payload, bytes);
}

static void packed_put(struct capture_writer *w, const char *kind, uint64_t off, const void *raw, size_t bytes)
{
        struct chunk_data data = {.off = off, .bytes = bytes};
        memcpy(w->packed, &data, sizeof data);
        size_t n = ZSTD_compressCCtx(w->zstd, w->packed + sizeof data, w->packed_room - sizeof data, raw, bytes,
                                     WRITER_LEVEL);
        if (ZSTD_isError(n))
                w->error = w->error ? w->error : ENOMEM;
        else
                chunk_put(w, kind, w->packed, sizeof data + n);
}

static bool is_zero(const unsigned char *bytes, size_t n)
{
        return n == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0);
}

void capture_writer_add(struct capture_writer *w, int memfd, const struct process *process)
{
        struct source source;
        if (!source_init(&source, memfd)) {
                w->error = w->error ? w->error : EINVAL;
                return;
        }
        if (!w->has_labels) {
                char *labels = labels_from_environment();
                if (labels)
                        capture_writer_add_chunk(w, CHUNK_LABELS, labels, labels_bytes(labels));
                free(labels);
        }
        struct chunk_process begin = {.pid = process->pid,
                                      .how = process->end.how,
                                      .code = process->end.code,
                                      .signal = process->end.signal,
                                      .arena_bytes = source.bytes,
                                      .self_bytes = process->self_bytes};
        capture_writer_add_chunk(w, CHUNK_PROCESS, &begin, sizeof begin);
        uint64_t off = 0, to;
        for (; !w->error && source_next_data(&source, &off, source.bytes, &to); off = to) {
                for (uint64_t at = off; at < to && !w->error; at += CHUNK_DATA_MAX) {
                        size_t n = to - at < CHUNK_DATA_MAX ? (size_t)(to - at) : CHUNK_DATA_MAX;
                        if (!source_read(&source, at, w->raw, n))
                                w->error = EIO;
                        else if (!is_zero(w->raw, n))
                                packed_put(w, CHUNK_DATA, at, w->raw, n);
                }
        }
}

void capture_writer_add_command(struct capture_writer *w, char *const *command, int exit_status)
{
        struct chunk_command fixed = {.exit_status = exit_status};
        size_t bytes = sizeof fixed;
        for (char *const *c = command; c && *c; c++, fixed.n++)
                bytes += strlen(*c) + 1;
        char *payload = malloc(bytes), *at = payload;
        if (!payload) {
                w->error = w->error ? w->error : ENOMEM;
                return;
        }
        memcpy(at, &fixed, sizeof fixed);
        at += sizeof fixed;
        for (uint32_t i = 0; i < fixed.n; i++)
                at = stpcpy(at, command[i]) + 1;
        capture_writer_add_chunk(w, CHUNK_COMMAND, payload, bytes);
        free(payload);
}

void capture_writer_add_names(struct capture_writer *w, const void *names, size_t bytes)
{
        size_t room = sizeof(struct chunk_data) + ZSTD_compressBound(bytes);
        if (bytes > CHUNK_NAMES_MAX)
                return; /* they can be looked up again */
        if (room > w->packed_room) {
                unsigned char *more = realloc(w->packed, room);
                if (!more) {
                        w->error = w->error ? w->error : ENOMEM;
                        return;
                }
                w->packed = more;
                w->packed_room = room;
        }
        packed_put(w, CHUNK_NAMES, 0, names, bytes);
}

/* Copy the spool from `off` on to `fd`. False: errno says why. */
static bool spool_copy_from(struct capture_writer *w, off_t off, int fd)
{
        off_t end = lseek(w->spool, 0, SEEK_END);
        while (off < end) {
                ssize_t got = pread(w->spool, w->raw, CHUNK_DATA_MAX, off);
                if (got <= 0 || !write_whole(fd, w->raw, (size_t)got))
                        return false;
                off += got;
        }
        return true;
}

static bool spool_copy(struct capture_writer *w, int fd) { return spool_copy_from(w, 0, fd); }

static void end_put(struct capture_writer *w)
{
        struct chunk_end end = {.n_processes = w->n_processes};
        if (!w->has_end)
                chunk_put(w, CHUNK_END, &end, sizeof end);
        w->has_end = true;
}

int capture_writer_append(struct capture_writer *w, int fd)
{
        end_put(w);
        if (!w->error && !spool_copy_from(w, sizeof(struct capture_head), fd))
                return errno ? errno : EIO;
        return w->error;
}

int capture_writer_end(struct capture_writer *w, const char *path, bool fresh)
{
        end_put(w);
        if (w->error)
                return say_error("the capture for %s could not be made: %s", path, strerror(w->error));
        struct place place;
        int answer = place_begin(path, &place);
        if (answer >= 0) {
                errno = EIO; /* should what fails not say why */
                answer = place_end(&place, spool_copy(w, place.fd), fresh);
        }
        return answer < 0 ? say_error("%s cannot be written: %s", path, strerror(errno)) : answer;
}
