/* The functions behind ours
 *
 * Each `next_*` is what the program would have called without us: the next definition in symbol scope (dlsym
 * RTLD_NEXT). They are found at the first call of any entry point. dlsym itself may allocate (its error text, by
 * calloc): what is asked for meanwhile comes from the early pool.
 */
#ifndef UNFREED_SHIM_SELF_NEXT_H
#define UNFREED_SHIM_SELF_NEXT_H

#include <dlfcn.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>
#include <wordexp.h>

/* result, name, parameters: what has a C name and must exist. */
#define NEXT_FUNCTIONS(X)                                                                                              \
        X(void *, malloc, (size_t))                                                                                    \
        X(void *, calloc, (size_t, size_t))                                                                            \
        X(void *, realloc, (void *, size_t))                                                                           \
        X(void, free, (void *))                                                                                        \
        X(void *, memalign, (size_t, size_t))                                                                          \
        X(int, posix_memalign, (void **, size_t, size_t))                                                              \
        X(void *, aligned_alloc, (size_t, size_t))                                                                     \
        X(void *, valloc, (size_t))                                                                                    \
        X(void *, pvalloc, (size_t))                                                                                   \
        X(size_t, malloc_usable_size, (void *))                                                                        \
        X(void *, dlopen, (const char *, int))                                                                         \
        X(int, dlclose, (void *))                                                                                      \
        X(pid_t, fork, (void))                                                                                         \
        X(int, execve, (const char *, char *const[], char *const[]))                                                   \
        X(int, execvpe, (const char *, char *const[], char *const[]))                                                  \
        X(int, fexecve, (int, char *const[], char *const[]))                                                           \
        X(int, posix_spawn,                                                                                            \
          (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[],        \
           char *const[]))                                                                                             \
        X(int, posix_spawnp,                                                                                           \
          (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[],        \
           char *const[]))                                                                                             \
        X(int, system, (const char *))                                                                                 \
        X(FILE *, popen, (const char *, const char *))                                                                 \
        X(int, wordexp, (const char *, wordexp_t *, int))                                                              \
        X(void, _exit, (int))                                                                                          \
        X(void, quick_exit, (int))                                                                                     \
        X(void, exit, (int))                                                                                           \
        X(char *, setlocale, (int, const char *))                                                                      \
        X(int, prctl, (int, unsigned long, unsigned long, unsigned long, unsigned long))                               \
        X(long, syscall, (long, long, long, long, long, long, long))                                                   \
        X(int, unshare, (int))                                                                                         \
        X(int, setns, (int, int))                                                                                      \
        X(int, mlockall, (int))

/* Hidden, said here and not only at the definition: else each use looks for its address. */
#define X(result, name, parameters) extern __attribute__((visibility("hidden"))) result(*next_##name) parameters;
NEXT_FUNCTIONS(X)
#undef X

/* Found by next_begin(), since they may be missing: NULL then. */
extern pid_t (*next__Fork)(void);
extern void *(*next_dlmopen)(long, const char *, int);
extern int (*next_execveat)(int, const char *, char *const[], char *const[], int);

/* Make the next_* usable. True when they are; false while this or another thread is busy finding them. */
bool next_find_all(void);
extern __attribute__((visibility("hidden"))) unsigned next_state; /* 2 = found; atomic */
static inline bool next_begin(void)
{
        return __builtin_expect(__atomic_load_n(&next_state, __ATOMIC_ACQUIRE) == 2, 1) || next_find_all();
}

/* Any other definition behind ours; NULL when there is none. Only after next_begin(). */
void *next_find(const char *name);

/* Does a call of this name come to our definition, or does another object's stand before it: the program's own? */
bool next_comes_to_ours(const char *name);

/* Path of the object whose malloc is behind ours, and whether that is the C library. */
const char *next_allocator(bool *ret_is_libc);

#endif
