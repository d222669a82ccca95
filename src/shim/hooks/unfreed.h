/* unfreed.h - what a program may tell unfreed, and ask it
 *
 * For C11 and C++11 and later. Nothing has to be linked: without unfreed in the process every call does nothing and
 * returns what is said below under "otherwise". With it, calls may come from any thread at any time, also from
 * destructors and exit handlers; they are not async-signal-safe unless said so. Sizes are in bytes. errno is left alone.
 *
 * Code that was annotated for LeakSanitizer needs no change: __lsan_ignore_object, __lsan_register_root_region,
 * __lsan_unregister_root_region, __lsan_disable, __lsan_enable, __lsan_do_leak_check and
 * __lsan_do_recoverable_leak_check exist under these names too (see the end of this file).
 */
#ifndef UNFREED_H
#define UNFREED_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is alive of one site: the blocks that were allocated from one stack. */
struct unfreed_site {
        uint64_t blocks, bytes;            /* born since the mark and alive; bytes as requested */
        int64_t grown_blocks, grown_bytes; /* alive now less alive at the mark */
        uint32_t stack;                    /* its number in this process */
        uint8_t family;                    /* 1 malloc, 2 new, 3 new[], 4 pymem, 5 pyobject, 6 pymem_raw */
        uint8_t verdict;                   /* one of the below */
};

/* UNFREED_UNJUDGED where nobody asked. */
enum unfreed_verdict {
        UNFREED_UNJUDGED,
        UNFREED_HELD,     /* a pointer leads to it */
        UNFREED_POSSIBLE, /* only a pointer into the middle is left */
        UNFREED_INDIRECT, /* lost through another block that is lost */
        UNFREED_LOST      /* nothing points to it */
};

/* What unfreed_since() shall do; 0 or several with | between. */
enum unfreed_since_what {
        UNFREED_JUDGED = 1,     /* say of each site whether it is lost; a site with several verdicts comes several times */
        UNFREED_ONLY_GROWN = 2, /* leave out sites of which as many were released as were born */
        UNFREED_ONLY_LOST = 4,  /* leave out what is not lost (and judge for that) */
        UNFREED_CHANGED = 8     /* every site of which more or fewer blocks are alive, those without a birth too */
};

enum unfreed_form { UNFREED_TEXT, UNFREED_JSON };

/* One frame. Native: `pc` is a return address, `offset` what addr2line -e MODULE takes. Python: `pc` is 0, `line` is
 * where the function begins. What is not known is NULL or 0. Strings stay as long as the process does. */
struct unfreed_frame {
        uintptr_t pc;
        const char *module;
        uintptr_t offset;
        const char *function, *file;
        int line;
};

#ifndef UNFREED_ONLY_TYPES

/* Each call is a weak reference to the function that libunfreed.so exports, behind an inline function that looks whether
 * it is there. The inline ones have a name of their own in object files, where both would otherwise be called alike.
 *
 * In code for a fixed address GNU ld settles a weak reference for good when it finds nothing at link time; there the
 * dynamic linker is asked once, if the program has one (dlsym is in libc since glibc 2.34). */
#if defined __PIC__ || defined __PIE__
#define UNFREED_FIND(name) (name##_weak)
#else
extern void *unfreed_dlsym(void *handle, const char *name) __asm__("dlsym") __attribute__((weak));
#define UNFREED_FIND(name)                                                                                             \
        __extension__({                                                                                                \
                static __typeof__(&name##_weak) found_;                                                                \
                static char looked_;                                                                                   \
                if (!looked_) {                                                                                        \
                        void *symbol_ = unfreed_dlsym ? unfreed_dlsym(0, #name) : 0;                                   \
                        __builtin_memcpy(&found_, &symbol_, sizeof found_);                                            \
                        looked_ = 1;                                                                                   \
                }                                                                                                      \
                found_;                                                                                                \
        })
#endif
#define UNFREED_CALL(type, name, parameters, arguments, otherwise)                                                     \
        extern type name##_weak parameters __asm__(#name) __attribute__((weak));                                       \
        static inline type name parameters __asm__(#name "_if_there");                                                 \
        static inline __attribute__((unused)) type name parameters                                                     \
        {                                                                                                              \
                return UNFREED_FIND(name) ? UNFREED_FIND(name) arguments : otherwise;                                  \
        }
#define UNFREED_ORDER(name, parameters, arguments)                                                                     \
        extern void name##_weak parameters __asm__(#name) __attribute__((weak));                                       \
        static inline void name parameters __asm__(#name "_if_there");                                                 \
        static inline __attribute__((unused)) void name parameters                                                     \
        {                                                                                                              \
                if (UNFREED_FIND(name))                                                                                \
                        UNFREED_FIND(name) arguments;                                                                  \
        }

/* 1 while allocations of this process are being recorded, else 0. Async-signal-safe. Otherwise 0. */
UNFREED_CALL(int, unfreed_active, (void), (), 0)

/* How many blocks are lost at this moment, those lost through others included: nothing that counts points to them. All
 * other threads stand still meanwhile (by a signal, so a call in which one of them sleeps may return early with EINTR),
 * for about a second per ten million blocks. What is in registers and on the stacks of running functions counts as
 * held, which may hide a loss for a while. -1 when it cannot be told: too little memory or time (option judge_ms).
 * Nothing is reported, and nothing about the report at the end changes. Otherwise 0. */
UNFREED_CALL(int64_t, unfreed_check, (void), (), 0)

/* How many blocks are alive in this process, released ones in the quarantine left out: a sum over the threads that takes
 * well under a microsecond for each, and no look at any block. -1 when nothing is recorded. Otherwise -1. */
UNFREED_CALL(int64_t, unfreed_alive, (void), (), -1)

/* The number of this moment, 1 or more, for unfreed_born(). As cheap as a call, but a pass over what is alive at every
 * 120th (a mark and a fork count, too). 0 when nothing is recorded. Otherwise 0. */
UNFREED_CALL(uint64_t, unfreed_moment, (void), (), 0)

/* How many blocks that were born since that moment, in any thread, are alive: one pass over what is alive (a tenth of a
 * millisecond for 100,000 blocks). What was older and is gone does not make up for them, as it does in a difference of
 * unfreed_alive(). -1 when more than 119 moments, marks and forks came since, or nothing is recorded. Otherwise -1. */
UNFREED_CALL(int64_t, unfreed_born, (uint64_t moment), (moment), -1)

/* A mark in time. It costs one pass over what is alive (a fifth of a millisecond for 100,000 blocks) and nothing
 * afterwards. Any thread may ask about it. At most 63 at a time: end it. Returns its number; 0 when it cannot be had
 * (too many, no memory, nothing is recorded). Otherwise 0. */
UNFREED_CALL(uint64_t, unfreed_mark, (void), (), 0)

/* The mark is needed no longer. 0 and ended ones may be given. Otherwise nothing. */
UNFREED_ORDER(unfreed_mark_end, (uint64_t mark), (mark))

/* What was born in any thread since the mark and is alive, by site, those with the most bytes first. A block that was
 * released and given out again at the same place is a new one. `most` sites at most are stored; the answer says how
 * many there are. `what` is 0 or of enum unfreed_since_what. Blocks that were ignored (below) do not count. It takes
 * as long as a mark; where it judges, as long as unfreed_check(), and the same holds of other threads, registers and
 * stacks. When more than 120 marks, moments and forks came since this one, `blocks` says only by how much the site has
 * grown. After a fork, in the child, marks of the parent mean the fork. -1: no such mark, too little memory or time, or
 * nothing is recorded. Otherwise -1. */
UNFREED_CALL(int64_t, unfreed_since, (uint64_t mark, unsigned what, struct unfreed_site *sites, size_t most),
             (mark, what, sites, most), -1)

/* These sites in words, as the report at the end would show them (enum unfreed_form), with `blocks` and `bytes` as they
 * stand in `sites`. At most 256 sites are told. `size` bytes of `text`, the NUL among them, are written at most; the
 * answer is how long the whole is. Starts the command `unfreed` for it, which takes some 50 ms: for what failed.
 * When the command cannot be found, the text is `module+offset` lines, and there is no JSON. 0 when there is nothing
 * to be told. Otherwise 0. */
UNFREED_CALL(size_t, unfreed_describe,
             (const struct unfreed_site *sites, size_t n, unsigned form, char *text, size_t size),
             (sites, n, form, text, size), 0)

/* The frames of a site, innermost first: those of Python, then the native ones. Stores `most` at most; returns how many
 * there are. Otherwise 0. */
UNFREED_CALL(size_t, unfreed_frames, (const struct unfreed_site *site, struct unfreed_frame *frames, size_t most),
             (site, frames, most), 0)

/* Shall Python objects that are born from now on have stacks (1), in all threads, or only a common place for all of
 * them (0, unless option python_objects was given)? With stacks Python is about three times as slow. -1: only ask.
 * Returns what was before. Otherwise 0. */
UNFREED_CALL(int, unfreed_python_stacks, (int on), (on), 0)

/* The block that starts at `block`, and whatever it leads to, is not a leak. Holds until the block is released or
 * resized. 1 when there is such a block, else 0. Otherwise 0. */
UNFREED_CALL(int, unfreed_ignore, (const void *block), (block), 0)

/* Blocks that this thread allocates between the two are ignored as by unfreed_ignore(). Pairs nest; an end without a
 * begin does nothing. Otherwise nothing. */
UNFREED_ORDER(unfreed_ignore_begin, (void), ())
UNFREED_ORDER(unfreed_ignore_end, (void), ())

/* Pointers in the `size` bytes at `start` count, wherever the region is: in memory that an allocator of the program
 * manages, in a shared mapping, in what the program makes inaccessible for a while (such parts are passed over when they
 * cannot be read). Regions may overlap; each stays until it was removed with the same two numbers as often as it was
 * added. At most 4096 at a time. 1 when done, else 0 (no room; size 0; no such region). Otherwise 0. */
UNFREED_CALL(int, unfreed_root_add, (const void *start, size_t size), (start, size), 0)
UNFREED_CALL(int, unfreed_root_remove, (const void *start, size_t size), (start, size), 0)

/* What a test has lost, for whoever writes a listener for another framework (unfreed_gtest.h and its like are a few lines
 * around this): how many blocks that were born since the mark are lost now, and the first of them in words. 0 when none
 * are, and whenever it cannot be told. Ends the mark. */
static inline __attribute__((unused)) uint64_t unfreed_test_end(uint64_t mark, char *text, size_t size)
{
        struct unfreed_site sites[16];
        uint64_t blocks = 0;
        int64_t n = unfreed_since(mark, UNFREED_ONLY_GROWN | UNFREED_ONLY_LOST, sites, 16);
        for (int64_t i = 0; i < n && i < 16; i++)
                blocks += sites[i].blocks;
        if (blocks)
                unfreed_describe(sites, n < 16 ? (size_t)n : 16, UNFREED_TEXT, text, size);
        unfreed_mark_end(mark);
        return blocks;
}

/* LeakSanitizer's names (declare them through <sanitizer/lsan_interface.h>):
 *
 *      __lsan_ignore_object(p)                 unfreed_ignore(p)
 *      __lsan_register_root_region(p, size)    unfreed_root_add(p, size)
 *      __lsan_unregister_root_region(p, size)  unfreed_root_remove(p, size)
 *      __lsan_disable(), __lsan_enable()       unfreed_ignore_begin(), unfreed_ignore_end()
 *      __lsan_do_recoverable_leak_check()      1 when unfreed_check() finds anything, which a line on stderr says; else 0
 *      __lsan_do_leak_check()                  judge now instead of at the end; the report still comes at the end, and
 *                                              the process goes on. Blocks born later are not judged
 */

#undef UNFREED_CALL
#undef UNFREED_ORDER
#undef UNFREED_FIND

#endif /* UNFREED_ONLY_TYPES */

#ifdef __cplusplus
}
#endif

#endif
