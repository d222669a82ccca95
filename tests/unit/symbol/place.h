/* Places in the fixtures, and modules to name them by */
#ifndef TEST_SYMBOL_PLACE_H
#define TEST_SYMBOL_PLACE_H

#include "cli/capture/model.h"
#include "cli/symbol/symbol.h"

/* The address of a SITE of a fixture, in terms of its symbol table. */
uint64_t place_site(const char *path, unsigned number);

/* A module that is mapped from that file, with the build-id of `built_as` (NULL = none). */
struct module place_module(const char *path, const char *built_as);

/* Name the SITE: the address that is returned to is one more, as after a call. */
size_t place_name(struct symbols *symbols, const struct module *module, uint64_t site, struct frame *ret_frames);

enum { PLACE_FRAMES = 16 };

#endif
