/* Reading a capture file: see file.h
 *
 * The bytes are foreign. A chunk is looked at only after its length fits and its checksum is right; arenas then go
 * through the same reader as live ones, which believes nothing either.
 */
#include "cli/capture/arena.h"
#include "cli/capture/chunk.h"
#include "cli/capture/file.h"
#include "cli/capture/label.h"
#include "cli/say/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include <zstd.h>

/* A fuzzer would not get past them. */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
enum { CHECKSUMS_COUNT = 0 };
#else
enum { CHECKSUMS_COUNT = 1 };
#endif

/* Far more than the shim ever lays out; a file that says more is damaged. */
static const uint64_t READER_ARENA_MAX = UINT64_C(1) << 46;

struct reading {
        const char *path;
        const unsigned char *bytes;
        size_t n, at; /* `at`: start of the chunk in hand */
        struct capture *capture;
        size_t n_before;  /* processes of the capture when we began */
        size_t n_earlier; /* those of runs that are complete */
        size_t n_events_before;
        bool had_command; /* and whether it had one */
        capture_names_fn *names;
        void *context;
        int memfd; /* arena of the process in hand, or -1 */
        struct chunk_process begun;
        struct chunk_link link; /* of the process in hand, where `linked` */
        bool linked;
        struct unwatched_list unwatched;
        char *labels; /* of the processes from here on, or NULL */
        uint64_t n_processes;
        bool ended;
        unsigned char *raw; /* CHUNK_DATA_MAX */
};

static int damaged(const struct reading *r, const char *what)
{
        return say_error("%s: damaged at byte %zu: %s", r->path, r->at, what);
}

/* The process in hand is complete. */
static int process_close(struct reading *r)
{
        if (r->memfd < 0)
                return 0;
        struct process process;
        const char *why = arena_read(r->memfd, &process);
        close(r->memfd);
        r->memfd = -1;
        if (why)
                return say_error("%s: the arena of process %d, which ends at byte %zu, cannot be read: %s", r->path,
                                 (int)r->begun.pid, r->at, why);
        process.end.how = (enum end_how)r->begun.how;
        process.end.code = r->begun.code;
        process.end.signal = r->begun.signal;
        process.self_bytes = r->begun.self_bytes;
        process.labels = labels_join(process.labels, r->labels);
        process.is_logged = r->linked;
        process.log_run = r->link.run;
        process.log_image = r->link.image;
        r->linked = false;
        if (capture_add(r->capture, &process) < 0) {
                process_deinit(&process);
                return -1;
        }
        return 0;
}

struct started {
        uint64_t ns;
        size_t place;
};

static int order_started(const void *a, const void *b)
{
        const struct started *left = a, *right = b;
        if (left->ns != right->ns)
                return left->ns < right->ns ? -1 : 1;
        return left->place < right->place ? -1 : 1;
}

/* A runner writes each process as it ends. The first of a run is the program, so they are put in the order in which
 * they started; without memory for that they stay as they are. */
static void run_close(struct reading *r)
{
        struct process *processes = r->capture->processes + r->n_earlier;
        size_t n = r->capture->n_processes - r->n_earlier;
        struct started *started = n > 1 ? malloc(n * sizeof *started) : NULL;
        struct process *sorted = n > 1 ? malloc(n * sizeof *sorted) : NULL;
        if (started && sorted) {
                for (size_t i = 0; i < n; i++)
                        started[i] = (struct started){processes[i].start_ns, i};
                qsort(started, n, sizeof *started, order_started);
                for (size_t i = 0; i < n; i++)
                        sorted[i] = processes[started[i].place];
                memcpy(processes, sorted, n * sizeof *sorted);
        }
        free(sorted);
        free(started);
        r->n_earlier = r->capture->n_processes;
}

static int process_open(struct reading *r, const unsigned char *payload, size_t bytes)
{
        int answer = process_close(r);
        if (answer < 0)
                return answer;
        if (bytes != sizeof r->begun)
                return damaged(r, "a process of the wrong length");
        memcpy(&r->begun, payload, sizeof r->begun);
        if (r->begun.how > END_LOST || r->begun.arena_bytes > READER_ARENA_MAX)
                return damaged(r, "a process that makes no sense");
        r->n_processes++;
        r->memfd = memfd_create("unfreed-read", MFD_CLOEXEC);
        if (r->memfd < 0 || ftruncate(r->memfd, (off_t)r->begun.arena_bytes) < 0)
                return say_error("%s: no memory to read it into: %s", r->path, strerror(errno));
        return 0;
}

/* Decompress into `room` bytes at `out`; the payload must say and give exactly that many. */
static bool unpack(const unsigned char *payload, size_t bytes, void *out, uint64_t says)
{
        const size_t head = sizeof(struct chunk_data);
        return ZSTD_decompress(out, (size_t)says, payload + head, bytes - head) == says;
}

static int data_take(struct reading *r, const unsigned char *payload, size_t bytes)
{
        struct chunk_data data;
        if (r->memfd < 0 || bytes < sizeof data)
                return damaged(r, "data of no process");
        memcpy(&data, payload, sizeof data);
        if (data.bytes > CHUNK_DATA_MAX || data.off > r->begun.arena_bytes ||
            data.bytes > r->begun.arena_bytes - data.off)
                return damaged(r, "data outside its arena");
        if (!unpack(payload, bytes, r->raw, data.bytes))
                return damaged(r, "data that does not decompress");
        if (pwrite(r->memfd, r->raw, (size_t)data.bytes, (off_t)data.off) != (ssize_t)data.bytes)
                return say_error("%s: no memory to read it into: %s", r->path, strerror(errno));
        return 0;
}

static int names_take(struct reading *r, const unsigned char *payload, size_t bytes)
{
        struct chunk_data data;
        if (bytes < sizeof data)
                return damaged(r, "names of the wrong length");
        memcpy(&data, payload, sizeof data);
        if (data.bytes > CHUNK_NAMES_MAX)
                return damaged(r, "more names than can be");
        if (!r->names)
                return 0;
        void *names = malloc((size_t)data.bytes + 1);
        if (!names)
                return say_error("%s: no memory for its names", r->path);
        const char *why = unpack(payload, bytes, names, data.bytes) ? r->names(r->context, names, (size_t)data.bytes)
                                                                    : "names that do not decompress";
        free(names);
        return why ? damaged(r, why) : 0;
}

static int command_take(struct reading *r, const unsigned char *payload, size_t bytes)
{
        struct chunk_command fixed;
        if (bytes < sizeof fixed)
                return damaged(r, "a command of the wrong length");
        memcpy(&fixed, payload, sizeof fixed);
        size_t text = bytes - sizeof fixed;
        if (fixed.n > text || (text > 0 && payload[bytes - 1] != '\0'))
                return damaged(r, "a command that does not end");
        if (r->capture->command)
                return 0; /* of several captures, the first one's */
        char **command = malloc((fixed.n + 1) * sizeof *command + text), *at;
        if (!command)
                return say_error("%s: no memory for its command", r->path);
        at = (char *)(command + fixed.n + 1);
        memcpy(at, payload + sizeof fixed, text);
        const char *end = at + text;
        for (uint32_t i = 0; i <= fixed.n; i++)
                command[i] = NULL;
        for (uint32_t i = 0; i < fixed.n && at < end; i++) {
                command[i] = at;
                at += strlen(at) + 1;
        }
        r->capture->command = command;
        r->capture->command_is_own = true;
        r->capture->exit_status = fixed.exit_status;
        return 0;
}

static int labels_take(struct reading *r, const unsigned char *payload, size_t bytes)
{
        int answer = process_close(r); /* the labels before are still its own */
        if (answer < 0)
                return answer;
        run_close(r); /* the file of each run begins with its labels */
        free(r->labels);
        r->labels = labels_checked((const char *)payload, bytes);
        return r->labels ? 0 : damaged(r, "labels that make no sense");
}

static int link_take(struct reading *r, const unsigned char *payload, size_t bytes)
{
        if (r->memfd < 0 || bytes != sizeof r->link)
                return damaged(r, "a place in a log, of no process");
        memcpy(&r->link, payload, sizeof r->link);
        r->linked = true;
        return 0;
}

static int events_take(struct reading *r, const unsigned char *payload, size_t bytes)
{
        struct chunk_log fixed;
        if (bytes < sizeof fixed)
                return damaged(r, "events of the wrong length");
        memcpy(&fixed, payload, sizeof fixed);
        if (fixed.bytes > CHUNK_LOG_MAX)
                return damaged(r, "more events than can be");
        if (!r->capture->wants_events)
                return 0;
        struct log_chunk chunk = {.path = r->path, .at = r->at, .run = fixed.run, .raw_bytes = fixed.bytes};
        chunk.packed_bytes = bytes - sizeof fixed;
        chunk.packed = malloc(chunk.packed_bytes + 1);
        if (!chunk.packed)
                return say_error("%s: no memory for its events", r->path);
        memcpy(chunk.packed, payload + sizeof fixed, chunk.packed_bytes);
        int answer = capture_add_events(r->capture, &chunk);
        if (answer < 0)
                free(chunk.packed);
        return answer;
}

static bool chunk_is(const struct chunk_head *head, const char *kind) { return memcmp(head->kind, kind, 4) == 0; }

static int chunk_take(struct reading *r, const struct chunk_head *head, const unsigned char *payload)
{
        size_t bytes = (size_t)head->bytes;
        if (chunk_is(head, CHUNK_PROCESS))
                return process_open(r, payload, bytes);
        if (chunk_is(head, CHUNK_LABELS))
                return labels_take(r, payload, bytes);
        if (chunk_is(head, CHUNK_DATA))
                return data_take(r, payload, bytes);
        if (chunk_is(head, CHUNK_NAMES))
                return names_take(r, payload, bytes);
        if (chunk_is(head, CHUNK_COMMAND))
                return command_take(r, payload, bytes);
        if (chunk_is(head, CHUNK_LOG))
                return events_take(r, payload, bytes);
        if (chunk_is(head, CHUNK_LINK))
                return link_take(r, payload, bytes);
        if (chunk_is(head, CHUNK_UNWATCHED))
                return unwatched_decode(&r->unwatched, payload, bytes) ? 0 : damaged(r, "a program that makes no sense");
        if (!chunk_is(head, CHUNK_END))
                return 0;
        struct chunk_end end;
        if (bytes != sizeof end)
                return damaged(r, "an end of the wrong length");
        memcpy(&end, payload, sizeof end);
        if (end.n_processes != r->n_processes)
                return damaged(r, "it has lost a process");
        r->ended = true;
        return 0;
}

static int head_check(struct reading *r)
{
        struct capture_head head;
        if (r->n == 0)
                return say_error("%s: it is empty, not a capture", r->path);
        if (r->n < sizeof head.magic || memcmp(r->bytes, CAPTURE_MAGIC, sizeof head.magic) != 0)
                return say_error("%s: it is not a capture of unfreed", r->path);
        if (r->n < sizeof head)
                return say_error("%s: cut short at byte %zu, inside its head", r->path, r->n);
        memcpy(&head, r->bytes, sizeof head);
        if (head.order != CAPTURE_ORDER)
                return say_error("%s: it was made on a machine with another byte order", r->path);
        if (head.version > CAPTURE_VERSION)
                return say_error("%s: it was made by a newer unfreed (format %u; this one reads %d)", r->path,
                                 (unsigned)head.version, CAPTURE_VERSION);
        r->at = sizeof head;
        return 0;
}

static int chunks_read(struct reading *r)
{
        int answer = head_check(r);
        while (answer >= 0 && !r->ended) {
                struct chunk_head head;
                if (r->n - r->at < sizeof head)
                        return say_error("%s: cut short at byte %zu", r->path, r->n);
                memcpy(&head, r->bytes + r->at, sizeof head);
                const unsigned char *payload = r->bytes + r->at + sizeof head;
                for (size_t i = 0; i < sizeof head.kind; i++)
                        if (head.kind[i] < 'A' || head.kind[i] > 'Z')
                                return damaged(r, "no chunk begins here");
                if (head.bytes > r->n - r->at - sizeof head)
                        return say_error("%s: cut short at byte %zu: the chunk at byte %zu is longer", r->path, r->n,
                                         r->at);
                if (CHECKSUMS_COUNT && chunk_checksum(&head, payload) != head.checksum)
                        return damaged(r, "the checksum of this chunk is wrong");
                answer = chunk_take(r, &head, payload);
                r->at += sizeof head + (size_t)head.bytes;
        }
        if (answer >= 0 && r->at < r->n) /* two files put one behind the other would be judged by the first */
                return say_error("%s: goes on after its end, at byte %zu", r->path, r->at);
        if (answer >= 0)
                answer = process_close(r);
        if (answer >= 0)
                run_close(r);
        return answer;
}

int capture_parse(const char *path, const unsigned char *bytes, size_t n, struct capture *capture,
                  capture_names_fn *names, void *context)
{
        struct reading r = {.path = path,
                            .bytes = bytes,
                            .n = n,
                            .capture = capture,
                            .n_before = capture->n_processes,
                            .n_earlier = capture->n_processes,
                            .n_events_before = capture->n_events,
                            .had_command = capture->command != NULL,
                            .names = names,
                            .context = context,
                            .memfd = -1,
                            .raw = malloc(CHUNK_DATA_MAX)};
        int answer = r.raw ? chunks_read(&r) : say_error("%s: no memory to read it into", path);
        if (r.memfd >= 0)
                close(r.memfd);
        free(r.raw);
        free(r.labels);
        for (size_t i = 0; answer >= 0 && i < r.unwatched.n; i++)
                unwatched_add(&capture->unwatched, r.unwatched.all[i].pid, r.unwatched.all[i].n, r.unwatched.all[i].program,
                              r.unwatched.all[i].why);
        unwatched_deinit(&r.unwatched);
        while (answer < 0 && capture->n_processes > r.n_before)
                process_deinit(&capture->processes[--capture->n_processes]);
        while (answer < 0 && capture->n_events > r.n_events_before)
                free(capture->events[--capture->n_events].packed);
        if (answer < 0 && !r.had_command) {
                free(capture->command);
                capture->command = NULL;
                capture->command_is_own = false;
        }
        return answer < 0 ? answer : 0;
}

unsigned char *capture_load(const char *path, size_t *ret_n)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat status;
        if (fd < 0 || fstat(fd, &status) < 0 || S_ISDIR(status.st_mode)) {
                say_error("%s: %s", path, strerror(fd < 0 ? errno : EISDIR));
                if (fd >= 0)
                        close(fd);
                return NULL;
        }
        size_t room = status.st_size > 0 ? (size_t)status.st_size + 1 : 65536, n = 0;
        unsigned char *bytes = malloc(room);
        ssize_t got = 0;
        while (bytes && (got = read(fd, bytes + n, room - n)) != 0) {
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        break;
                n += (size_t)got;
                /* What cannot be a capture need not end either (/dev/zero): the parser says what it is. */
                if (n >= CAPTURE_MAGIC_BYTES && memcmp(bytes, CAPTURE_MAGIC, CAPTURE_MAGIC_BYTES) != 0)
                        break;
                if (n < room)
                        continue;
                unsigned char *more = realloc(bytes, room *= 2);
                if (!more)
                        free(bytes);
                bytes = more;
        }
        if (!bytes || got < 0) {
                say_error("%s: %s", path, bytes ? strerror(errno) : "no memory to read it into");
                free(bytes);
                bytes = NULL;
        }
        close(fd);
        *ret_n = n;
        return bytes;
}

int capture_read(const char *path, struct capture *capture, capture_names_fn *names, void *context)
{
        size_t n;
        unsigned char *bytes = capture_load(path, &n);
        if (!bytes)
                return -1;
        int answer = capture_parse(path, bytes, n, capture, names, context);
        free(bytes);
        return answer;
}
