/* Why nothing came from a program */
#ifndef UNFREED_CLI_COLLECT_OBSTACLE_H
#define UNFREED_CLI_COLLECT_OBSTACLE_H

/* What keeps our library out of this program (found as execvp finds it, scripts by their interpreter), in words that
 * follow the program's name; NULL = nothing that can be seen in its file. */
const char *obstacle_of(const char *program);

#endif
