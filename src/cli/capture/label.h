/* Labels: which of many a process is
 *
 * The rank of an MPI process, the shard of a test run, the host: what tells processes apart once captures are put
 * together. Taken from the runner's environment; kept as strings "key=value", one after another, the last one empty.
 */
#ifndef UNFREED_CLI_CAPTURE_LABEL_H
#define UNFREED_CLI_CAPTURE_LABEL_H

#include <stdbool.h>
#include <stddef.h>

/* key of the label, variable that it is taken from. The first variable that is set gives a label its value. */
#define LABEL_VARIABLES(X)                                                                                             \
        X("rank", "OMPI_COMM_WORLD_RANK")                                                                              \
        X("rank", "PMI_RANK")                                                                                          \
        X("rank", "PMIX_RANK")                                                                                         \
        X("rank", "MV2_COMM_WORLD_RANK")                                                                               \
        X("rank", "SLURM_PROCID")                                                                                      \
        X("node", "SLURM_NODEID")                                                                                      \
        X("worker", "PYTEST_XDIST_WORKER")                                                                             \
        X("shard", "TEST_SHARD_INDEX")                                                                                 \
        X("shard", "GTEST_SHARD_INDEX")                                                                                \
        X("shard", "CI_NODE_INDEX")

/* Those that the environment gives, and the host's name. The caller's; NULL without memory. */
char *labels_from_environment(void);

/* A copy of labels that came as `bytes` foreign bytes. NULL when they make no sense: no key, a key twice, no end. */
char *labels_checked(const char *labels, size_t bytes);
size_t labels_bytes(const char *labels); /* with the empty string at the end */

/* The label at *at, which moves past it: `key_bytes` characters, `=`, value. False at the end. `*at` may be NULL. */
bool labels_next(const char **at, const char **ret_label, size_t *ret_key_bytes);

#endif
