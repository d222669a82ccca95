/* What a new image's environment must hold, so that it is followed, or must not */
#ifndef UNFREED_SHIM_HOOKS_ENVIRONMENT_H
#define UNFREED_SHIM_HOOKS_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

/* Remember this process's own values; once, at start. */
void environment_init(void);

/* How many bytes environment_fill() needs; 0 = `envp` is good as it is. `apart`: for a program that our library would
 * harm, or that would not find it. */
size_t environment_bytes(char *const envp[], bool apart);

/* `envp` with what it lacks; or, apart, without our library in LD_PRELOAD. */
void environment_fill(char *const envp[], bool apart, char **ret_envp);

/* Is our library not in it, and will not be: taken out, or another in its place? */
bool environment_drops(char *const envp[]);

/* Would ld.so, if the program were started from where this process is, be able to open our library? Else it says in
 * the program's name that it cannot. */
bool environment_reaches(char *const envp[]);

/* Does its LD_PRELOAD name a sanitizer's runtime? */
bool environment_preloads_sanitizer(char *const envp[]);

/* A macro, because the array must stand on the caller's stack: a vfork child may not allocate. */
#define ENVIRONMENT_FOR(envp, apart)                                                                                   \
        ({                                                                                                             \
                bool apart_ = apart;                                                                                   \
                size_t n_bytes_ = environment_bytes(envp, apart_);                                                     \
                char **made_ = (char **)(envp);                                                                        \
                if (n_bytes_) {                                                                                        \
                        made_ = __builtin_alloca(n_bytes_);                                                            \
                        environment_fill(envp, apart_, made_);                                                         \
                }                                                                                                      \
                made_;                                                                                                 \
        })

#endif
