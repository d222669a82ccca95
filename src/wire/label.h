/* Labels: which of many a process is
 *
 * The rank of an MPI process, the shard of a test run, the worker of a test runner: what tells processes apart once
 * captures are put together. Both houses look for them: the runner in its own environment, and the shim, when a process
 * ends, in that of the process, since some set them only after their start (pytest-xdist does).
 */
#ifndef UNFREED_WIRE_LABEL_H
#define UNFREED_WIRE_LABEL_H

/* key of the label, variable that it is taken from. The first variable that is set gives a label its value. */
#define WIRE_LABELS(X)                                                                                                 \
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

#endif
