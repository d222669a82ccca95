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

#ifdef __cplusplus
}
#endif

#endif
