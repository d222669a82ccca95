/* The container: a magic number, then chunks that say their kind, length and checksum */
#ifndef UNFREED_CLI_CAPTURE_CHUNK_H
#define UNFREED_CLI_CAPTURE_CHUNK_H

#include <stdint.h>

#define CAPTURE_MAGIC "uf-capt\x1a"
#define CAPTURE_MAGIC_BYTES (sizeof CAPTURE_MAGIC - 1)

enum { CAPTURE_VERSION = 1, CAPTURE_ORDER = 0x01020304 };

struct capture_head {
        char magic[8];
        uint32_t version;
        uint32_t order; /* CAPTURE_ORDER as the writing machine stores it */
};

/* Kinds; a reader skips the ones it does not know. */
#define CHUNK_PROCESS "PROC" /* struct chunk_process: a process begins */
#define CHUNK_LABELS "LABL"  /* see label.h; for all processes from here to the next one */
#define CHUNK_DATA "DATA"    /* struct chunk_data, then a zstd frame: bytes of the arena of the last PROC */
#define CHUNK_COMMAND "COMM" /* struct chunk_command, then its strings, each with its NUL */
#define CHUNK_NAMES "NAME"   /* struct chunk_data (off = 0), then a zstd frame: what symbol/ wrote */
#define CHUNK_LOG "EVNT"     /* struct chunk_log, then a zstd frame: pieces, see struct chunk_piece */
#define CHUNK_LINK "IMAG"    /* struct chunk_link: which image of a log the last PROC is */
#define CHUNK_UNWATCHED "UNWA" /* struct chunk_unwatched, then two strings, each with its NUL: program, why */
#define CHUNK_END "DONE"     /* struct chunk_end: the last one */

struct chunk_head {
        char kind[4];
        uint32_t reserved; /* 0 */
        uint64_t bytes;    /* of the payload that follows */
        uint64_t checksum; /* see chunk_checksum() */
};
_Static_assert(sizeof(struct chunk_head) == 24, "part of the format");

/* XXH64 of the payload, with that of the first 16 bytes of the head (seed 0) as its seed. Wants xxhash.h. */
#define chunk_checksum(head, payload) XXH64(payload, (size_t)(head)->bytes, XXH64(head, 16, 0))

struct chunk_process {
        int32_t pid;
        uint32_t how; /* enum end_how */
        int32_t code, signal;
        uint64_t arena_bytes;
        uint64_t self_bytes; /* as measured when it ended */
};
_Static_assert(sizeof(struct chunk_process) == 32, "part of the format");

struct chunk_data {
        uint64_t off;
        uint64_t bytes; /* when decompressed; at most CHUNK_DATA_MAX for DATA */
};

struct chunk_command {
        int32_t exit_status;
        uint32_t n; /* strings */
};

struct chunk_unwatched {
        int32_t pid;
        uint32_t reserved; /* 0 */
        uint64_t n;        /* processes that became this program; `pid` is the last one's */
};
_Static_assert(sizeof(struct chunk_unwatched) == 16, "part of the format");

struct chunk_end {
        uint64_t n_processes;
};

/* Events of several images and lanes. `run` tells logs apart that were put into one file. */
struct chunk_log {
        uint32_t run;
        uint32_t bytes; /* when decompressed, at most CHUNK_LOG_MAX */
};

/* Whole records of one lane (wire/log.h), following those of its last piece; `bytes` of them stand behind this. */
struct chunk_piece {
        uint32_t image, lane, bytes;
};
_Static_assert(sizeof(struct chunk_piece) == 12, "part of the format");

struct chunk_link {
        uint32_t run, image;
};

enum { CHUNK_DATA_MAX = 1 << 20, CHUNK_LOG_MAX = 1 << 20 };
static const uint64_t CHUNK_NAMES_MAX = UINT64_C(1) << 30;

#endif
