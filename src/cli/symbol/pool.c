/* Text that lives as long as the symbols do: see pool.h */
#include "cli/symbol/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

struct pool_piece {
        struct pool_piece *before;
        size_t used, bytes;
        _Alignas(16) char data[];
};

/* Every interned text has its number in the four bytes in front of it. */
struct pool_text {
        uint32_t number;
        char text[];
};

enum { PIECE_BYTES = 256 * 1024, FIRST_PLACES = 1024 };

static void *must(void *memory)
{
        if (!memory) {
                fputs("unfreed: out of memory while naming addresses\n", stderr);
                exit(125);
        }
        return memory;
}

void *pool_grow(void *array, size_t n, size_t *max, size_t element_bytes)
{
        if (n < *max)
                return array;
        *max = *max ? *max * 2 : 16;
        return must(reallocarray(array, *max, element_bytes));
}

void *pool_zeroed(size_t n, size_t element_bytes) { return must(calloc(n, element_bytes)); }

void pool_init(struct pool *pool)
{
        *pool = (struct pool){.n_texts = 1, .max_texts = FIRST_PLACES, .n_places = FIRST_PLACES};
        pool->texts = must(calloc(pool->max_texts, sizeof *pool->texts));
        pool->places = must(calloc(pool->n_places, sizeof *pool->places));
}

void pool_deinit(struct pool *pool)
{
        for (struct pool_piece *piece = pool->piece, *before; piece; piece = before) {
                before = piece->before;
                free(piece);
        }
        free(pool->texts);
        free(pool->places);
}

void *pool_take(struct pool *pool, size_t bytes)
{
        struct pool_piece *piece = pool->piece;

        bytes = (bytes + 15) & ~(size_t)15;
        if (!piece || piece->bytes - piece->used < bytes) {
                size_t whole = bytes > PIECE_BYTES ? bytes : PIECE_BYTES;

                piece = must(calloc(1, sizeof *piece + whole));
                piece->bytes = whole;
                piece->before = pool->piece;
                pool->piece = piece;
        }
        piece->used += bytes;
        return piece->data + piece->used - bytes;
}

static uint32_t *place_of(const struct pool *pool, const char *text, size_t bytes)
{
        uint32_t mask = pool->n_places - 1;

        for (uint32_t i = (uint32_t)XXH3_64bits(text, bytes);; i++) {
                uint32_t *place = &pool->places[i & mask];
                const char *there = pool->texts[*place];

                if (!*place || (strncmp(there, text, bytes) == 0 && !there[bytes]))
                        return place;
        }
}

static void spread(struct pool *pool)
{
        free(pool->places);
        pool->n_places *= 2;
        pool->places = must(calloc(pool->n_places, sizeof *pool->places));
        for (uint32_t n = 1; n < pool->n_texts; n++)
                *place_of(pool, pool->texts[n], strlen(pool->texts[n])) = n;
}

const char *pool_intern_part(struct pool *pool, const char *text, size_t bytes)
{
        struct pool_text *copy;
        uint32_t *place;

        if (!text)
                return NULL;
        bytes = strnlen(text, bytes);
        place = place_of(pool, text, bytes);
        if (*place)
                return pool->texts[*place];

        copy = pool_take(pool, sizeof *copy + bytes + 1);
        memcpy(copy->text, text, bytes);
        copy->number = pool->n_texts;
        if (pool->n_texts == pool->max_texts) {
                pool->max_texts *= 2;
                pool->texts = must(reallocarray(pool->texts, pool->max_texts, sizeof *pool->texts));
        }
        pool->texts[pool->n_texts++] = copy->text;
        *place = copy->number;
        if (pool->n_texts > pool->n_places / 2)
                spread(pool);
        return copy->text;
}

const char *pool_intern(struct pool *pool, const char *text)
{
        return text ? pool_intern_part(pool, text, strlen(text)) : NULL;
}

uint32_t pool_number(const struct pool *pool, const char *interned)
{
        (void)pool;
        return interned ? ((const struct pool_text *)(interned - offsetof(struct pool_text, text)))->number : 0;
}
