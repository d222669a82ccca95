/* Asking a running process to judge a copy of itself */
#ifndef UNFREED_CLI_COLLECT_CLASSIFY_H
#define UNFREED_CLI_COLLECT_CLASSIFY_H

#include <sys/types.h>

/* A descriptor of the judged copy's arena: the caller's. Negative: a line was said. */
int classify_ask(pid_t pid);

#endif
