/* What has been named so far
 *
 * Images are identified by path and build-id, not by where they were mapped: a thousand processes of the same program
 * share one. Each (image, offset) is named once.
 */
#ifndef UNFREED_CLI_SYMBOL_SYMBOLS_H
#define UNFREED_CLI_SYMBOL_SYMBOLS_H

#include "cli/symbol/image.h"
#include "cli/symbol/symbol.h"
#include "cli/symbol/texts.h"

struct naming {
        struct image *image;
        uint64_t offset; /* of the return address, or of a datum */
        const struct frame *frames;
        uint32_t n_frames; /* >= 1 */
        bool settled;      /* false: it came nameless with a capture, and the file here has not been asked yet */
};

struct symbols {
        struct texts texts;
        const char *debug_root; /* where separate debug files are: /usr/lib/debug */

        struct image **images;
        size_t n_images, max_images;
        uint32_t *image_places; /* open addressing: index into images + 1; 0 = free */
        size_t n_image_places;

        struct naming *namings;
        size_t n_namings, max_namings;
        uint32_t *places; /* the same for namings */
        size_t n_places;
};

/* The image with that identity, made when it is new. */
struct image *symbols_image(struct symbols *symbols, const char *path, const uint8_t *build_id,
                            unsigned build_id_bytes);

/* The naming of that place, or NULL. The pointer is good until the next symbols_insert(). */
struct naming *symbols_find(const struct symbols *symbols, const struct image *image, uint64_t offset);

/* Remember how a place is named. The frames are copied, their strings are not. Replaces what was there. */
struct naming *symbols_insert(struct symbols *symbols, struct image *image, uint64_t offset, const struct frame *frames,
                              size_t n_frames, bool settled);

#endif
