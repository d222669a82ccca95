/* What has been named so far: see symbols.h */
#include "cli/symbol/symbols.h"

#include "cli/capture/model.h"
#include "cli/symbol/python.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { INLINES_MAX = 256, FIRST_PLACES = 64 };

struct symbols *symbols_new(void)
{
        struct symbols *symbols = calloc(1, sizeof *symbols);

        if (!symbols)
                return NULL;
        texts_init(&symbols->texts);
        symbols->debug_root = texts_intern(&symbols->texts, "/usr/lib/debug");
        return symbols;
}

void symbols_free(struct symbols *symbols)
{
        if (!symbols)
                return;
        for (size_t i = 0; i < symbols->n_images; i++)
                image_close(symbols->images[i]);
        free(symbols->images);
        free(symbols->image_places);
        free(symbols->namings);
        free(symbols->places);
        texts_deinit(&symbols->texts);
        free(symbols);
}

void symbols_set_debug_root(struct symbols *symbols, const char *directory)
{
        symbols->debug_root = texts_intern(&symbols->texts, directory);
}

/* Make room for one more in a table of places that is full by half; `hash_of` gives the hash of what has index i. */
static void spread(uint32_t **places, size_t *n_places, size_t n, uint64_t (*hash_of)(const void *, size_t),
                   const void *owner)
{
        size_t places_now = *n_places ? *n_places * 2 : FIRST_PLACES;
        uint32_t *fresh;

        if (n < *n_places / 2)
                return;
        fresh = array_zeroed(places_now, sizeof *fresh);
        for (size_t i = 0; i < n; i++) {
                uint64_t at = hash_of(owner, i);

                while (fresh[at & (places_now - 1)])
                        at++;
                fresh[at & (places_now - 1)] = (uint32_t)i + 1;
        }
        free(*places);
        *places = fresh;
        *n_places = places_now;
}

static uint64_t identity_hash(const char *path, const uint8_t *build_id, unsigned build_id_bytes)
{
        return XXH3_64bits_withSeed(path, strlen(path), XXH3_64bits(build_id, build_id_bytes));
}

static uint64_t image_hash(const void *owner, size_t i)
{
        const struct image *image = ((const struct symbols *)owner)->images[i];

        return identity_hash(image->path, image->build_id, image->build_id_bytes);
}

struct image *symbols_image(struct symbols *symbols, const char *path, const uint8_t *build_id, unsigned build_id_bytes)
{
        uint64_t at = identity_hash(path, build_id, build_id_bytes);
        struct image *image;

        spread(&symbols->image_places, &symbols->n_image_places, symbols->n_images, image_hash, symbols);
        for (;; at++) {
                uint32_t *place = &symbols->image_places[at & (symbols->n_image_places - 1)];

                if (!*place) {
                        *place = (uint32_t)symbols->n_images + 1;
                        break;
                }
                image = symbols->images[*place - 1];
                if (image->build_id_bytes == build_id_bytes && strcmp(image->path, path) == 0 &&
                    memcmp(image->build_id, build_id, build_id_bytes) == 0)
                        return image;
        }
        image = image_new(&symbols->texts, path, build_id, build_id_bytes);
        symbols->images = array_grow(symbols->images, symbols->n_images, &symbols->max_images, sizeof *symbols->images);
        symbols->images[symbols->n_images++] = image;
        return image;
}

static uint64_t place_hash(const struct image *image, uint64_t offset)
{
        uint64_t key[2] = {(uintptr_t)image, offset};

        return XXH3_64bits(key, sizeof key);
}

static uint64_t naming_hash(const void *owner, size_t i)
{
        const struct naming *naming = &((const struct symbols *)owner)->namings[i];

        return place_hash(naming->image, naming->offset);
}

struct naming *symbols_find(const struct symbols *symbols, const struct image *image, uint64_t offset)
{
        if (!symbols->n_places)
                return NULL;
        for (uint64_t at = place_hash(image, offset);; at++) {
                uint32_t place = symbols->places[at & (symbols->n_places - 1)];
                struct naming *naming = place ? &symbols->namings[place - 1] : NULL;

                if (!naming || (naming->image == image && naming->offset == offset))
                        return naming;
        }
}

struct naming *symbols_insert(struct symbols *symbols, struct image *image, uint64_t offset, const struct frame *frames,
                              size_t n_frames, bool settled)
{
        struct naming *naming = symbols_find(symbols, image, offset);
        struct frame *copy = texts_take(&symbols->texts, n_frames * sizeof *copy);

        if (!naming) {
                uint64_t at = place_hash(image, offset);

                spread(&symbols->places, &symbols->n_places, symbols->n_namings, naming_hash, symbols);
                while (symbols->places[at & (symbols->n_places - 1)])
                        at++;
                symbols->namings = array_grow(symbols->namings, symbols->n_namings, &symbols->max_namings,
                                              sizeof *symbols->namings);
                naming = &symbols->namings[symbols->n_namings++];
                symbols->places[at & (symbols->n_places - 1)] = (uint32_t)symbols->n_namings;
        }
        memcpy(copy, frames, n_frames * sizeof *copy);
        *naming = (struct naming){image, offset, copy, (uint32_t)n_frames, settled};
        return naming;
}

static size_t name_native(struct symbols *symbols, const struct raw_frame *raw, struct frame *ret_frames, size_t max)
{
        struct frame named[INLINES_MAX];
        const struct module *module = raw->module;
        uint64_t offset = raw->address - module->bias;
        struct image *image = symbols_image(symbols, module->path, module->build_id, module->build_id_bytes);
        struct naming *naming = symbols_find(symbols, image, offset);
        size_t n;

        if (!naming || !naming->settled) {
                n = image_name(image, &symbols->texts, symbols->debug_root, offset, named, INLINES_MAX);
                naming = symbols_insert(symbols, image, offset, named, n, true);
        }
        n = naming->n_frames < max ? naming->n_frames : max;
        memcpy(ret_frames, naming->frames, n * sizeof *ret_frames);
        return n;
}

const char *symbols_name_datum(struct symbols *symbols, const struct module *module, uint64_t address)
{
        uint64_t offset = address - module->bias;
        struct image *image = symbols_image(symbols, module->path, module->build_id, module->build_id_bytes);
        struct naming *naming = symbols_find(symbols, image, offset);

        if (!naming || !naming->settled) {
                struct frame frame;

                image_name_datum(image, &symbols->texts, symbols->debug_root, offset, &frame);
                naming = symbols_insert(symbols, image, offset, &frame, 1, true);
        }
        return naming->frames->function;
}

size_t symbols_name(struct symbols *symbols, const struct raw_frame *raw, struct frame *ret_frames, size_t max)
{
        if (raw->kind == RAW_PYTHON && raw->code) {
                const struct code *code = raw->code;

                *ret_frames = (struct frame){
                        .function = texts_intern(&symbols->texts, code->qualname),
                        .file = texts_intern(&symbols->texts, code->filename),
                        .line = python_line(code, raw->lasti),
                        .language = LANGUAGE_PYTHON,
                };
                return 1;
        }
        if (raw->kind == RAW_NATIVE && raw->module)
                return name_native(symbols, raw, ret_frames, max);
        *ret_frames = (struct frame){.offset = raw->kind == RAW_NATIVE ? raw->address : 0};
        return 1;
}
