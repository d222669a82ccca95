/* The capture arena: all that one house may know of the other
 *
 * One shared mapping of a memfd per process image. The shim writes its live state straight into it, the runner holds
 * the same memory, and so nothing need be written at exit and nothing is lost at SIGKILL. There are no pointers in
 * it, only offsets from its start and indexes; every offset is found through the table of extents in the header, and
 * a reader trusts none of them (see cli/capture/).
 *
 * The file is sparse: extents are as far apart as their largest size, pages come when they are touched.
 * All numbers are in the byte order of the machine that made it. Layout changes bump WIRE_VERSION; see FORMAT.md.
 */
#ifndef UNFREED_WIRE_ARENA_H
#define UNFREED_WIRE_ARENA_H

#include "wire/log.h"
#include "wire/node.h"
#include "wire/slot.h"

#include <stdint.h>

#define WIRE_MAGIC "unfreed\x1a"

enum { WIRE_VERSION = 3, WIRE_PAGE_BYTES = 4096, WIRE_BUILD_ID_BYTES = 20 };

/* id, size in bytes of one element (0 = bytes). `used` of an extent counts elements and only grows. */
#define WIRE_EXTENTS(X)                                                                                                \
        X(TEXT, 1)                               /* strings, each ended by a NUL; offset 0 is the empty one */         \
        X(MODULES, sizeof(struct wire_module))   /* index 0 unused */                                                  \
        X(THREADS, sizeof(struct wire_thread))   /* one per thread that allocated; reused when it has died */          \
        X(WRONGS, sizeof(struct wire_wrong))     /* wrong releases, one per site */                                    \
        X(HOLDERS, sizeof(struct wire_holder))   /* what the judgement says about a site: leaders, holders */          \
        X(CODES, sizeof(struct wire_code))       /* Python code objects; index 0 unused */                             \
        X(PAST, sizeof(struct wire_past))        /* birth stacks of the recently released, direct-mapped */            \
        X(LARGE, sizeof(struct wire_large))      /* blocks past WIRE_SMALL_MAX, open addressing; `used` counts insertions + 1 */             \
        X(LARGE_TOUCHED, 1)                      /* byte i is not 0 when page i of LARGE was ever written */           \
        X(LEAVES, sizeof(struct wire_leaf))      /* index 0 unused; what heap each group of slots speaks of */         \
        X(DIRECTORY, sizeof(uint32_t))           /* address >> leaf shift -> leaf index */                             \
        X(NODES, sizeof(struct wire_node))       /* the trie; node 0 is the root and has no frame */                   \
        X(SLOTS, sizeof(wire_slot) * (size_t)WIRE_LEAF_SLOTS) /* slots of leaf k at element k */                       \
        X(LANES, sizeof(struct wire_lane))       /* the log: lane k is that of element k of THREADS; `used` says nothing */ \
        X(RINGS, WIRE_RING_BYTES)                /* ring of lane k at element k */

enum wire_extent {
#define X(id, size) WIRE_EXTENT_##id,
        WIRE_EXTENTS(X)
#undef X
        WIRE_EXTENT_END,
};

struct wire_range {
        uint64_t off;      /* from the start of the arena, multiple of WIRE_PAGE_BYTES */
        uint64_t capacity; /* elements */
        uint64_t used;     /* elements; atomic in the shim, may be more than capacity when it overflowed */
};

enum { WIRE_LEAF_SLOTS = 1 << 17, WIRE_LEAF_PAGES = WIRE_LEAF_SLOTS * 8 / WIRE_PAGE_BYTES };

/* A leaf: 2^17 slots. It speaks of the heap from `base` on, one slot for each 2^granule_shift bytes. */
struct wire_leaf {
        uint64_t base;
        /* touched[i] is not 0 when any of the 512 slots i*512 .. was ever written: what readers need not look at */
        uint8_t touched[WIRE_LEAF_PAGES];
};
_Static_assert(sizeof(struct wire_leaf) == 8 + 256, "leaf layout is part of the format");

/* A block too large for a slot. `address` is the key: 0 = never used, 1 = being written, 2 = was used, may be reused.
 * A released block keeps its address, with `released` set, until another block needs the place. */
struct wire_large {
        uint64_t address;
        uint64_t size; /* requested bytes */
        uint32_t stack;
        uint32_t release_stack;
        uint8_t family, verdict, released, epoch;
        uint32_t displaces; /* not 0: it took the place of another address */
};
_Static_assert(sizeof(struct wire_large) == 32, "large layout is part of the format");

/* Birth of a released small block; its slot holds the release. Valid when `tag` is the address >> 4, cut to 32 bits. */
struct wire_past {
        uint32_t stack, tag;
};

/* Which one, of mask + 1, is for the block of this granule. Neighbours lie side by side, so that a small heap touches few
 * pages. The heaps of threads begin at multiples of 64 MiB and look alike: each is for itself, 16 of them. */
static inline uint64_t wire_past_at(uint64_t granule, uint64_t mask) { return (granule + (granule >> 9)) & mask; }

struct wire_module {
        uint64_t start, end; /* mapped addresses, end exclusive */
        uint64_t bias;       /* address in memory minus address in the file's symbol table */
        uint32_t path;       /* text; absolute where it could be known, "[vdso]" for the vdso */
        uint32_t build_id_bytes;
        uint8_t build_id[WIRE_BUILD_ID_BYTES];
        uint32_t generation; /* of the module list when it was first seen */
};

/* Counters of a thread: written by it alone, so that the hot path needs no atomic operation. Totals of the process =
 * the sum over all threads + `header.retired` (threads that died and whose place was taken). */
struct wire_count {
        uint64_t births, releases; /* events */
        int64_t live_bytes;        /* born minus released since the last flush into header.flushed_bytes */
        int64_t high_bytes;        /* highest value of live_bytes since then */
};

struct wire_thread {
        struct wire_count count;
        int32_t tid; /* 0 = free */
        uint32_t name; /* text, or 0 */
        uint64_t reserved[3];
};
_Static_assert(sizeof(struct wire_thread) == 64, "one thread's counters fill a cache line of their own");

/* Rules of CONTRACT: UF1xx. Append only. */
#define WIRE_WRONG_KINDS(X)                                                                                            \
        X(MISMATCH, "mismatched-release", "UF101")                                                                     \
        X(DOUBLE, "double-release", "UF102")                                                                           \
        X(INVALID, "invalid-release", "UF103")                                                                         \
        X(NO_GIL, "no-gil", "UF104")                                                                                   \
        X(SIZE, "size-mismatch", "UF105")

enum wire_wrong_kind {
        WIRE_WRONG_NONE,
#define X(id, name, rule) WIRE_WRONG_##id,
        WIRE_WRONG_KINDS(X)
#undef X
        WIRE_WRONG_END,
};

/* Where an invalid pointer pointed. Append only. */
#define WIRE_PLACES(X)                                                                                                 \
        X(UNKNOWN, "no known memory")                                                                                  \
        X(INSIDE, "inside a live block")                                                                               \
        X(INSIDE_RELEASED, "inside a released block")                                                                  \
        X(STACK, "a thread's stack")                                                                                   \
        X(MODULE, "a module's data or code")                                                                           \
        X(MAPPING, "a mapping that is not heap")                                                                       \
        X(HEAP, "heap memory, no block")                                                                               \
        X(UNMAPPED, "unmapped memory")

enum wire_place {
#define X(id, text) WIRE_PLACE_##id,
        WIRE_PLACES(X)
#undef X
        WIRE_PLACE_END,
};

struct wire_wrong {
        uint64_t address;         /* as given by the program, first occurrence */
        uint64_t block;           /* start of the block concerned; 0 = none */
        uint64_t size;            /* its requested bytes */
        uint64_t given_size;      /* SIZE: what the program said; INVALID MODULE: unused */
        uint64_t count;           /* occurrences at this site; atomic */
        uint32_t birth_stack;     /* 0 = not known */
        uint32_t release_stack;   /* of this release */
        uint32_t first_release_stack; /* DOUBLE */
        int32_t tid;
        uint8_t kind;             /* enum wire_wrong_kind */
        uint8_t place;            /* enum wire_place, INVALID only */
        uint8_t family;           /* of the block */
        uint8_t align_log2;       /* what the program said, SIZE only */
        uint32_t module;          /* index, INVALID MODULE only */
};

/* What the judgement says about sites. One row: blocks with stack `stack` and verdict `verdict` ... */
enum wire_holder_kind {
        WIRE_HOLDER_NONE,
        WIRE_HOLDER_LEADS,  /* ... lead `blocks` indirectly lost blocks of `bytes` in all */
        WIRE_HOLDER_MODULE, /* ... are held by `module` at `address` (a global) */
        WIRE_HOLDER_STACK,  /* ... by the stack of thread `tid` */
        WIRE_HOLDER_REGISTER, /* ... by a register of thread `tid` */
        WIRE_HOLDER_TLS,    /* ... by thread-local storage of thread `tid` */
        WIRE_HOLDER_MAPPING, /* ... by a mapping that is not heap */
        WIRE_HOLDER_BLOCK,  /* ... by a block whose stack is `other` */
        WIRE_HOLDER_ROOT,   /* ... by a region the program declared a root */
        WIRE_HOLDER_TYPE,   /* ... are, `blocks` of them, Python objects whose type's name is the text at `other`; such
                             * a row stands beside the others of its site */
};

struct wire_holder {
        uint32_t stack;
        uint8_t kind, verdict;
        uint16_t module;
        uint64_t address;
        uint64_t blocks, bytes;
        uint32_t other;
        int32_t tid;
};

/* A Python code object, copied at first sight. Strings are text; the line table is bytes in the text extent. */
struct wire_code {
        uint64_t object; /* its address, until it died: then 0 */
        uint32_t filename, qualname;
        uint32_t line_table, line_table_bytes;
        int32_t first_line;
        uint32_t kind; /* how to decode the line table: 0 lnotab, 1 PEP 626, 2 PEP 657 */
};

#define WIRE_DROPS(X)                                                                                                  \
        X(NODES, "stacks: trie full")                                                                                  \
        X(LARGE, "large blocks: table full")                                                                           \
        X(LEAVES, "blocks: table full")                                                                                \
        X(RANGE, "blocks: address past the table")                                                                     \
        X(MODULES, "modules: list full")                                                                               \
        X(TEXT, "names: text full")                                                                                    \
        X(WRONGS, "wrong releases: list full")                                                                         \
        X(CODES, "Python code objects: list full")                                                                     \
        X(THREADS, "threads: list full")                                                                               \
        X(MEMORY, "memory for ourselves was refused")                                                                  \
        X(REENTRANT, "allocations in a signal handler inside ourselves")                                               \
        X(EARLY, "allocations that could not be recorded")                                                             \
        X(FOREIGN, "releases of blocks that we never saw")                                                             \
        X(WALKS, "stacks cut short by something odd")                                                                  \
        X(LOG, "events of the log: no room for them in time")                                                          \
        X(DEEP, "what a library asks for that was opened with RTLD_DEEPBIND, and not by its path")

enum wire_drop {
#define X(id, text) WIRE_DROP_##id,
        WIRE_DROPS(X)
#undef X
        WIRE_DROP_END,
};

enum wire_end {
        WIRE_END_RUNNING, /* or died of a signal: the holder of the arena finds out */
        WIRE_END_EXIT,    /* exit, return from main, _exit, quick_exit */
        WIRE_END_EXEC,
};

/* Why not everything was judged. Append only. */
#define WIRE_UNJUDGED(X)                                                                                               \
        X(TIME, "time", "the time for the judgement ended (judge_ms)")                                                 \
        X(MEMORY, "memory", "the kernel gave no memory to judge with")                                                 \
        X(MAPS, "maps", "/proc/self/maps, which tells where pointers may be, could not be read")                       \
        X(OFF, "off", "judging was switched off (detect_leaks=0)")

enum wire_unjudged {
        WIRE_UNJUDGED_NONE, /* everything was, or it is not known */
#define X(id, name, text) WIRE_UNJUDGED_##id,
        WIRE_UNJUDGED(X)
#undef X
        WIRE_UNJUDGED_END,
};

enum wire_judged {
        WIRE_JUDGED_NOT,
        WIRE_JUDGED_BEGUN,   /* verdicts are being written; died in the middle if it stays so */
        WIRE_JUDGED_WHOLE,
        WIRE_JUDGED_BUDGET,  /* ended early: what is left is unclassified */
        WIRE_JUDGED_EARLY,   /* when the program asked for it: blocks born later are unclassified */
};

struct wire_python {
        uint8_t seen, major, minor, micro;
        uint8_t shared, free_threaded, debug, frames; /* frames: Python frames are being recorded */
        uint32_t version; /* text: as the interpreter prints it */
        uint32_t why_off; /* text: why something of it is off, or 0 */
};

/* An epoch as slots have it: 1 to 255, round and round. 0 is of long ago. */
enum { WIRE_EPOCHS = 255 };
static inline unsigned wire_epoch(uint32_t epoch) { return (epoch - 1) % WIRE_EPOCHS + 1; }

struct wire_header {
        char magic[8];
        uint32_t version;
        uint32_t header_bytes;
        uint64_t arena_bytes;
        struct wire_range extents[WIRE_EXTENT_END];

        int32_t pid, ppid;
        uint64_t start_ns;      /* CLOCK_REALTIME when recording began */
        uint64_t pid_start;     /* field 22 of /proc/PID/stat: tells a reused pid; 0 = not known */
        uint32_t exe, cwd;      /* text */
        uint32_t argv, argc;    /* text: argc strings one after another */
        uint32_t allocator;     /* text: path of the module whose malloc is behind ours */
        uint32_t labels;        /* text: strings "key=value" one after another, the last one empty; see label.h */
        uint16_t granule_shift; /* a slot speaks of 2^this bytes */
        uint16_t listens;       /* the signal by which a copy may be asked for; 0 = none */
        uint32_t depth_max;     /* frames */
        uint16_t is_fork_child; /* began by fork rather than exec */
        uint16_t unjudged;      /* enum wire_unjudged; written before `judged` and `end` */
        uint32_t epoch;         /* forks and marks seen, plus 1; slots have it as wire_epoch() says; atomic */

        uint32_t end;      /* enum wire_end; atomic */
        int32_t end_code;  /* WIRE_END_EXIT */
        uint32_t judged;   /* enum wire_judged; atomic, release after the verdicts */
        uint32_t frozen_missing; /* threads that did not answer and were scanned whole */
        uint64_t judge_ns; /* how long the judgement took */

        struct wire_count retired;  /* of threads whose place was taken by another */
        int64_t flushed_bytes;      /* live bytes as of the last flushes; atomic */
        int64_t peak_bytes;         /* highest flushed_bytes + high_bytes of the flushing thread; atomic */
        uint64_t dropped[WIRE_DROP_END]; /* atomic */
        uint64_t self_ns_per_allocation; /* a measured estimate, 0 = none */
        uint64_t private_bytes;     /* memory that we took outside the arena */
        struct wire_python python;
        uint64_t requests_failed;   /* by the option `fail`; atomic */
        uint64_t sample_bytes;      /* one block in so many bytes was looked at; 0 = every one */
};
/* A reader takes a header by its version and this length: where one changes, raise both, here and in FORMAT.md, and
 * make the corpora anew (tests/fuzz/make-corpus). */
_Static_assert(WIRE_VERSION == 3 && sizeof(struct wire_header) == 696, "a layout is known by its version");

#endif
