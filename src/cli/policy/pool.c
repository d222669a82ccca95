/* Memory that is given back all at once: see pool.h */
#include "cli/policy/pool.h"

#include "bare/bits.h"
#include "cli/say/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POOL_CHUNK_BYTES = 256 << 10, POOL_ALIGN = 16 };

struct chunk {
        struct chunk *next;
        size_t reserved; /* keeps what follows aligned */
};

struct pool {
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

struct pool *pool_new(void) { return memory_or_end(calloc(1, sizeof(struct pool))); }

void pool_free(struct pool *pool)
{
        if (!pool)
                return;
        for (struct chunk *next, *chunk = pool->chunks; chunk; chunk = next) {
                next = chunk->next;
                free(chunk);
        }
        free(pool);
}

void pool_empty(struct pool *pool)
{
        char *begin = pool->end ? pool->end - POOL_CHUNK_BYTES : NULL; /* of the chunk in use */
        struct chunk *kept = begin ? (struct chunk *)begin - 1 : NULL;
        for (struct chunk *next, *chunk = pool->chunks; chunk; chunk = next) {
                next = chunk->next;
                if (chunk != kept)
                        free(chunk);
        }
        pool->chunks = kept;
        if (!kept)
                return;
        kept->next = NULL;
        memset(begin, 0, (size_t)(pool->at - begin));
        pool->at = begin;
}

void *pool_take(struct pool *pool, size_t n_bytes)
{
        n_bytes = align_up(n_bytes ? n_bytes : 1, POOL_ALIGN);
        if ((size_t)(pool->end - pool->at) < n_bytes) {
                size_t chunk_bytes = n_bytes > POOL_CHUNK_BYTES / 4 ? n_bytes : (size_t)POOL_CHUNK_BYTES;
                struct chunk *chunk = memory_or_end(calloc(1, sizeof *chunk + chunk_bytes));
                chunk->next = pool->chunks;
                pool->chunks = chunk;
                if (chunk_bytes == n_bytes) /* a piece of its own size: what is left of the other chunk stays in use */
                        return chunk + 1;
                pool->at = (char *)(chunk + 1);
                pool->end = pool->at + chunk_bytes;
        }
        void *piece = pool->at;
        pool->at += n_bytes;
        return piece;
}

char *pool_copy(struct pool *pool, const char *text, size_t n_bytes)
{
        char *copy = pool_take(pool, n_bytes + 1);
        memcpy(copy, text, n_bytes);
        return copy;
}

char *pool_format(struct pool *pool, const char *format, ...)
{
        va_list arguments;
        char *text;
        va_start(arguments, format);
        int n = vasprintf(&text, format, arguments);
        va_end(arguments);
        memory_or_end(n < 0 ? NULL : text);
        char *copy = pool_copy(pool, text, (size_t)n);
        free(text);
        return copy;
}
