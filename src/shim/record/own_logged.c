/* What an interpreter does for itself, where a log wants each event: see own_logged.h */
#include "shim/record/own_logged.h"

#include "shim/record/own_ways.h"

void *logged_mem_give(void *layer, size_t size) { return own_way_mem_give(layer, size, THREAD_ODD_LOGGING); }
void *logged_mem_resize(void *layer, void *block, size_t size)
{
        return own_way_mem_resize(layer, block, size, THREAD_ODD_LOGGING);
}
void logged_mem_release(void *layer, void *block) { own_way_mem_release(layer, block, THREAD_ODD_LOGGING); }
void *logged_object_give(void *layer, size_t size) { return own_way_object_give(layer, size, THREAD_ODD_LOGGING); }
void *logged_object_resize(void *layer, void *block, size_t size)
{
        return own_way_object_resize(layer, block, size, THREAD_ODD_LOGGING);
}
void logged_object_release(void *layer, void *block) { own_way_object_release(layer, block, THREAD_ODD_LOGGING); }
