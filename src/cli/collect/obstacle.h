/* Why nothing came from a program */
#ifndef UNFREED_CLI_COLLECT_OBSTACLE_H
#define UNFREED_CLI_COLLECT_OBSTACLE_H

#include <stdbool.h>
#include <stddef.h>

/* The file that execvp would execute for this name. A name with a slash is taken as it is. */
bool obstacle_find(const char *program, char *ret_path, size_t bytes);

/* The interpreter that a script names in its first line; false = it is no such script. */
bool obstacle_interpreter(const char *path, char *ret_path, size_t bytes);

/* What keeps our library out of this program (found as execvp finds it, scripts by their interpreter), in words that
 * follow the program's name and hold until the next call; NULL = nothing that can be seen in its file, or in
 * LD_PRELOAD. */
const char *obstacle_of(const char *program);

/* Why a program is not watched whose LD_PRELOAD has a sanitizer. */
extern const char obstacle_preloaded[];

/* Would this program be harmed by our library, so that it must be run without? Each that is, has an obstacle. */
bool obstacle_is_harmed(const char *program);

#endif
