/* A library that does nothing, to be preloaded. */
int idle_library(void);
int idle_library(void) { return 0; }
