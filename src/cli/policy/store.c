/* Memory that is given back all at once: see store.h */
#include "cli/policy/store.h"

#include "bare/bits.h"
#include "cli/say/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STORE_CHUNK_BYTES = 256 << 10, STORE_ALIGN = 16 };

struct chunk {
        struct chunk *next;
        size_t reserved; /* keeps what follows aligned */
};

struct store {
        struct chunk *chunks;
        char *at, *end; /* what is left of the newest chunk */
};

static void *memory_or_end(void *memory)
{
        if (memory)
                return memory;
        say_error("out of memory while making the report");
        exit(125);
}

struct store *store_new(void) { return memory_or_end(calloc(1, sizeof(struct store))); }

void store_free(struct store *store)
{
        if (!store)
                return;
        for (struct chunk *next, *chunk = store->chunks; chunk; chunk = next) {
                next = chunk->next;
                free(chunk);
        }
        free(store);
}

void store_empty(struct store *store)
{
        char *begin = store->end ? store->end - STORE_CHUNK_BYTES : NULL; /* of the chunk in use */
        struct chunk *kept = begin ? (struct chunk *)begin - 1 : NULL;
        for (struct chunk *next, *chunk = store->chunks; chunk; chunk = next) {
                next = chunk->next;
                if (chunk != kept)
                        free(chunk);
        }
        store->chunks = kept;
        if (!kept)
                return;
        kept->next = NULL;
        memset(begin, 0, (size_t)(store->at - begin));
        store->at = begin;
}

void *store_take(struct store *store, size_t n_bytes)
{
        n_bytes = align_up(n_bytes ? n_bytes : 1, STORE_ALIGN);
        if ((size_t)(store->end - store->at) < n_bytes) {
                size_t chunk_bytes = n_bytes > STORE_CHUNK_BYTES / 4 ? n_bytes : (size_t)STORE_CHUNK_BYTES;
                struct chunk *chunk = memory_or_end(calloc(1, sizeof *chunk + chunk_bytes));
                chunk->next = store->chunks;
                store->chunks = chunk;
                if (chunk_bytes == n_bytes) /* a piece of its own size: what is left of the other chunk stays in use */
                        return chunk + 1;
                store->at = (char *)(chunk + 1);
                store->end = store->at + chunk_bytes;
        }
        void *piece = store->at;
        store->at += n_bytes;
        return piece;
}

char *store_copy(struct store *store, const char *text, size_t n_bytes)
{
        char *copy = store_take(store, n_bytes + 1);
        memcpy(copy, text, n_bytes);
        return copy;
}

char *store_format(struct store *store, const char *format, ...)
{
        va_list arguments;
        char *text;
        va_start(arguments, format);
        int n = vasprintf(&text, format, arguments);
        va_end(arguments);
        memory_or_end(n < 0 ? NULL : text);
        char *copy = store_copy(store, text, (size_t)n);
        free(text);
        return copy;
}
