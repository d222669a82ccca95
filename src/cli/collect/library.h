/* Where our shared library is, and how LD_PRELOAD can name it */
#ifndef UNFREED_CLI_COLLECT_LIBRARY_H
#define UNFREED_CLI_COLLECT_LIBRARY_H

/* The absolute path of libunfreed.so, in memory of the caller's, free of the characters that LD_PRELOAD cannot hold
 * (space, colon, dollar): where its own path has one, that of a link to it. $UNFREED_LIBRARY, else that of the build
 * tree that this executable is in, else that of the installation that it is in. NULL: a line was said. */
char *library_find(void);

#endif
