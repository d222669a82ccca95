/* Text that lives as long as the symbols do: see texts.h */
#include "cli/symbol/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

struct texts_piece {
        struct texts_piece *before;
        size_t used, bytes;
        _Alignas(16) char data[];
};

/* Every interned text has its number in the four bytes in front of it. */
struct texts_text {
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

void *array_grow(void *array, size_t n, size_t *max, size_t element_bytes)
{
        if (n < *max)
                return array;
        *max = *max ? *max * 2 : 16;
        return must(reallocarray(array, *max, element_bytes));
}

void *array_resize(void *array, size_t n, size_t longer, size_t element_bytes)
{
        char *bytes = must(reallocarray(array, longer, element_bytes));

        memset(bytes + n * element_bytes, 0, (longer - n) * element_bytes);
        return bytes;
}

void *array_zeroed(size_t n, size_t element_bytes) { return must(calloc(n, element_bytes)); }

void texts_init(struct texts *texts)
{
        *texts = (struct texts){.n = 1, .max = FIRST_PLACES, .n_places = FIRST_PLACES};
        texts->all = must(calloc(texts->max, sizeof *texts->all));
        texts->places = must(calloc(texts->n_places, sizeof *texts->places));
}

void texts_deinit(struct texts *texts)
{
        for (struct texts_piece *piece = texts->piece, *before; piece; piece = before) {
                before = piece->before;
                free(piece);
        }
        free(texts->all);
        free(texts->places);
}

void *texts_take(struct texts *texts, size_t bytes)
{
        struct texts_piece *piece = texts->piece;

        bytes = (bytes + 15) & ~(size_t)15;
        if (!piece || piece->bytes - piece->used < bytes) {
                size_t whole = bytes > PIECE_BYTES ? bytes : PIECE_BYTES;

                piece = must(calloc(1, sizeof *piece + whole));
                piece->bytes = whole;
                piece->before = texts->piece;
                texts->piece = piece;
        }
        piece->used += bytes;
        return piece->data + piece->used - bytes;
}

static uint32_t *place_of(const struct texts *texts, const char *text, size_t bytes)
{
        uint32_t mask = texts->n_places - 1;

        for (uint32_t i = (uint32_t)XXH3_64bits(text, bytes);; i++) {
                uint32_t *place = &texts->places[i & mask];
                const char *there = texts->all[*place];

                if (!*place || (strncmp(there, text, bytes) == 0 && !there[bytes]))
                        return place;
        }
}

static void spread(struct texts *texts)
{
        free(texts->places);
        texts->n_places *= 2;
        texts->places = must(calloc(texts->n_places, sizeof *texts->places));
        for (uint32_t n = 1; n < texts->n; n++)
                *place_of(texts, texts->all[n], strlen(texts->all[n])) = n;
}

const char *texts_intern_part(struct texts *texts, const char *text, size_t bytes)
{
        struct texts_text *copy;
        uint32_t *place;

        if (!text)
                return NULL;
        bytes = strnlen(text, bytes);
        place = place_of(texts, text, bytes);
        if (*place)
                return texts->all[*place];

        copy = texts_take(texts, sizeof *copy + bytes + 1);
        memcpy(copy->text, text, bytes);
        copy->number = texts->n;
        if (texts->n == texts->max) {
                texts->max *= 2;
                texts->all = must(reallocarray(texts->all, texts->max, sizeof *texts->all));
        }
        texts->all[texts->n++] = copy->text;
        *place = copy->number;
        if (texts->n > texts->n_places / 2)
                spread(texts);
        return copy->text;
}

const char *texts_intern(struct texts *texts, const char *text)
{
        return text ? texts_intern_part(texts, text, strlen(text)) : NULL;
}

uint32_t texts_number(const struct texts *texts, const char *interned)
{
        (void)texts;
        return interned ? ((const struct texts_text *)(interned - offsetof(struct texts_text, text)))->number : 0;
}
