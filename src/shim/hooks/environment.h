/* What a new image's environment must hold, so that it is followed */
#ifndef UNFREED_SHIM_HOOKS_ENVIRONMENT_H
#define UNFREED_SHIM_HOOKS_ENVIRONMENT_H

#include <stddef.h>

/* Remember this process's own values; once, at start. */
void environment_init(void);

/* How many entries an array for environment_fill() needs; 0 = `envp` is good as it is. */
size_t environment_lack(char *const envp[]);

/* `envp` with what it lacks. */
void environment_fill(char *const envp[], char **ret_envp);

/* A macro, because the array must stand on the caller's stack: a vfork child may not allocate. */
#define ENVIRONMENT_KEPT(envp)                                                                                         \
        ({                                                                                                             \
                size_t n_entries_ = environment_lack(envp);                                                            \
                char **kept_ = (char **)(envp);                                                                        \
                if (n_entries_) {                                                                                      \
                        kept_ = __builtin_alloca(n_entries_ * sizeof(char *));                                         \
                        environment_fill(envp, kept_);                                                                 \
                }                                                                                                      \
                kept_;                                                                                                 \
        })

#endif
