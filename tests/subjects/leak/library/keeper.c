// Not a program: the library that some subjects load.
#include <stdlib.h>

void keep_in_global(void);
void keep_in_storage(void);

static void *global;
static __thread void *storage[100]; /* too much for the static storage that ld.so has to spare */

void keep_in_global(void) { global = malloc(40); }
void keep_in_storage(void) { storage[50] = malloc(48); }
