// A library to be opened and closed: it makes and releases blocks, and gives some to its user.
#include <stdlib.h>
#include <string.h>

void *plugin_make(unsigned size) { return memset(malloc(size), 1, size); }
void plugin_drop(void *block) { free(block); }
void plugin_work(void)
{
        for (unsigned i = 1; i < 50; i++)
                plugin_drop(plugin_make(i * 7));
}
