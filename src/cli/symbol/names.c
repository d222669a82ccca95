/* Names that travel with a capture
 *
 * The bytes are those of wire/FORMAT.md, section "Names". Written sorted, so that the same names give the same bytes.
 * Read as foreign bytes: everything is checked before anything is taken in.
 */
#include "cli/symbol/symbols.h"

#include <stdlib.h>
#include <string.h>

static const char magic[8] = "uf-names";

enum { NAMES_VERSION = 1, FLAG_INLINED = 1, LANGUAGE_SHIFT = 1, N_LANGUAGES = LANGUAGE_CYTHON + 1, FRAMES_MAX = 256 };

/* ---- writing ---- */

struct writer {
        uint8_t *bytes;
        size_t n, max;
};

static void put_bytes(struct writer *writer, const void *bytes, size_t n)
{
        while (writer->max - writer->n < n)
                writer->bytes = array_grow(writer->bytes, writer->max, &writer->max, 1);
        if (n)
                memcpy(writer->bytes + writer->n, bytes, n);
        writer->n += n;
}

static void put_byte(struct writer *writer, uint8_t byte) { put_bytes(writer, &byte, 1); }

/* LEB128: seven bits to a byte, the lowest first. */
static void put_number(struct writer *writer, uint64_t n)
{
        for (; n > 127; n >>= 7)
                put_byte(writer, (uint8_t)(n | 128));
        put_byte(writer, (uint8_t)n);
}

static void put_texts(struct writer *writer, const struct texts *texts)
{
        put_number(writer, texts->n - 1);
        for (uint32_t i = 1; i < texts->n; i++) {
                size_t bytes = strlen(texts->all[i]);

                put_number(writer, bytes);
                put_bytes(writer, texts->all[i], bytes);
        }
}

static int by_place(const void *left, const void *right)
{
        const struct naming *a = *(struct naming *const *)left, *b = *(struct naming *const *)right;
        int order = strcmp(a->image->path, b->image->path);

        if (!order)
                order = memcmp(a->image->build_id, b->image->build_id, sizeof a->image->build_id);
        if (!order)
                order = (a->image->build_id_bytes > b->image->build_id_bytes) -
                        (a->image->build_id_bytes < b->image->build_id_bytes);
        return order ? order : (a->offset > b->offset) - (a->offset < b->offset);
}

/* The texts that are needed, and no others, are numbered anew, in the order in which they are met. */
static void put_frame(struct writer *writer, struct texts *texts, const struct frame *frame)
{
        put_number(writer, texts_number(texts, texts_intern(texts, frame->function)));
        put_number(writer, texts_number(texts, texts_intern(texts, frame->raw)));
        put_number(writer, texts_number(texts, texts_intern(texts, frame->file)));
        put_number(writer, frame->line > 0 ? (uint64_t)frame->line : 0);
        put_byte(writer, (uint8_t)((frame->inlined ? FLAG_INLINED : 0) | frame->language << LANGUAGE_SHIFT));
}

void symbols_write(const struct symbols *symbols, uint8_t **ret_bytes, size_t *ret_n_bytes)
{
        struct naming **order = array_zeroed(symbols->n_namings + 1, sizeof *order);
        struct writer body = {0}, whole = {0};
        struct texts texts;
        size_t n_images = 0, n;

        texts_init(&texts);
        for (size_t i = 0; i < symbols->n_namings; i++)
                order[i] = &symbols->namings[i];
        qsort(order, symbols->n_namings, sizeof *order, by_place);
        for (size_t i = 0; i < symbols->n_namings; i += n) {
                const struct image *image = order[i]->image;
                uint64_t before = 0;

                for (n = 1; i + n < symbols->n_namings && order[i + n]->image == image;)
                        n++;
                put_number(&body, texts_number(&texts, texts_intern(&texts, image->path)));
                put_byte(&body, (uint8_t)image->build_id_bytes);
                put_bytes(&body, image->build_id, image->build_id_bytes);
                put_number(&body, n);
                for (size_t k = i; k < i + n; k++) {
                        put_number(&body, order[k]->offset - before);
                        put_number(&body, order[k]->n_frames);
                        for (uint32_t f = 0; f < order[k]->n_frames; f++)
                                put_frame(&body, &texts, &order[k]->frames[f]);
                        before = order[k]->offset;
                }
                n_images++;
        }
        put_bytes(&whole, magic, sizeof magic);
        put_byte(&whole, NAMES_VERSION);
        put_texts(&whole, &texts);
        put_number(&whole, n_images);
        put_bytes(&whole, body.bytes, body.n);
        texts_deinit(&texts);
        free(body.bytes);
        free(order);
        *ret_bytes = whole.bytes;
        *ret_n_bytes = whole.n;
}

/* ---- reading ---- */

struct reader {
        const uint8_t *at, *end;
        const char *wrong;       /* the first thing that is; NULL = nothing so far */
        struct symbols *symbols; /* NULL: only look whether all is right */
        const char **texts;      /* [0] is NULL */
        size_t n_texts;
};

static bool fail(struct reader *reader, const char *why)
{
        if (!reader->wrong)
                reader->wrong = why;
        reader->at = reader->end;
        return false;
}

static uint64_t get_number(struct reader *reader)
{
        uint64_t n = 0;

        for (unsigned shift = 0; shift < 64; shift += 7) {
                uint8_t byte;

                if (reader->at == reader->end)
                        break;
                byte = *reader->at++;
                if (shift == 63 && byte > 1)
                        break;
                n |= (uint64_t)(byte & 127) << shift;
                if (!(byte & 128))
                        return n;
        }
        fail(reader, "a number is cut off or too large");
        return 0;
}

static const uint8_t *get_bytes(struct reader *reader, uint64_t n)
{
        const uint8_t *bytes = reader->at;

        if (n > (uint64_t)(reader->end - reader->at)) {
                fail(reader, "a text is cut off");
                return NULL;
        }
        reader->at += n;
        return bytes;
}

/* A count of things that take at least `least` bytes each cannot be larger than what is left allows. */
static size_t get_count(struct reader *reader, size_t least)
{
        uint64_t n = get_number(reader);

        if (n > (uint64_t)(reader->end - reader->at) / least) {
                fail(reader, "a count is larger than the section");
                return 0;
        }
        return (size_t)n;
}

static const char *get_text(struct reader *reader)
{
        uint64_t n = get_number(reader);

        if (n >= reader->n_texts) {
                fail(reader, "a text is named that is not there");
                return NULL;
        }
        return reader->texts[n];
}

static void get_frame(struct reader *reader, struct frame *ret_frame)
{
        uint64_t line;
        const uint8_t *flags;

        ret_frame->function = get_text(reader);
        ret_frame->raw = get_text(reader);
        ret_frame->file = get_text(reader);
        line = get_number(reader);
        flags = get_bytes(reader, 1);
        if (line > INT32_MAX || !flags || *flags >> LANGUAGE_SHIFT >= N_LANGUAGES) {
                fail(reader, "a frame has a line or language that cannot be");
                return;
        }
        ret_frame->line = (int)line;
        ret_frame->inlined = *flags & FLAG_INLINED;
        ret_frame->language = *flags >> LANGUAGE_SHIFT;
}

static void get_place(struct reader *reader, struct image *image, uint64_t offset)
{
        struct frame frames[FRAMES_MAX];
        size_t n = get_count(reader, 5);

        if (n == 0 || n > FRAMES_MAX) {
                fail(reader, "a place has no frames, or too many");
                return;
        }
        for (size_t i = 0; i < n; i++) {
                frames[i] = (struct frame){.offset = offset};
                get_frame(reader, &frames[i]);
                if (image) {
                        frames[i].module_path = image->path;
                        frames[i].module = image->name;
                        frames[i].build_id = image->build_id_hex;
                }
        }
        /* Without a build-id we could not tell whether a file here is the same, and must not ask it. */
        if (image && !reader->wrong && !symbols_find(reader->symbols, image, offset))
                symbols_insert(reader->symbols, image, offset, frames, n,
                               frames[0].function != NULL || !image->build_id_bytes);
}

static void get_image(struct reader *reader)
{
        const char *path = get_text(reader);
        const uint8_t *id_bytes = get_bytes(reader, 1);
        const uint8_t *id = id_bytes ? get_bytes(reader, *id_bytes) : NULL;
        size_t n = get_count(reader, 7);
        struct image *image = NULL;
        uint64_t offset = 0;

        if (!path || !id || *id_bytes > WIRE_BUILD_ID_BYTES) {
                fail(reader, "a module has no path, or no good build-id");
                return;
        }
        if (reader->symbols && !reader->wrong)
                image = symbols_image(reader->symbols, path, id, *id_bytes);
        for (size_t i = 0; i < n && !reader->wrong; i++) {
                offset += get_number(reader);
                get_place(reader, image, offset);
        }
}

/* Texts may hold no NUL. */
static void get_texts(struct reader *reader, struct texts *texts)
{
        reader->n_texts = get_count(reader, 1) + 1;
        reader->texts = array_zeroed(reader->n_texts, sizeof *reader->texts);
        for (size_t i = 1; i < reader->n_texts && !reader->wrong; i++) {
                uint64_t n = get_number(reader);
                const char *text = (const char *)get_bytes(reader, n);

                if (text && memchr(text, 0, n))
                        fail(reader, "a text has a NUL in it");
                else if (text)
                        reader->texts[i] = texts_intern_part(texts, text, n);
        }
}

static const char *read_all(struct symbols *symbols, struct texts *texts, const uint8_t *bytes, size_t n_bytes)
{
        struct reader reader = {.at = bytes, .end = bytes + n_bytes, .symbols = symbols};
        const uint8_t *head = get_bytes(&reader, sizeof magic + 1);

        if (!head || memcmp(head, magic, sizeof magic) != 0)
                return "it does not begin with uf-names";
        if (head[sizeof magic] != NAMES_VERSION)
                return "it is of another version";
        get_texts(&reader, texts);
        for (size_t n = get_count(&reader, 3); n > 0 && !reader.wrong; n--)
                get_image(&reader);
        if (reader.at != reader.end)
                fail(&reader, "there is something behind its end");
        free(reader.texts);
        return reader.wrong;
}

const char *symbols_read(struct symbols *symbols, const uint8_t *bytes, size_t n_bytes)
{
        struct texts looked_at;
        const char *wrong;

        texts_init(&looked_at);
        wrong = read_all(NULL, &looked_at, bytes, n_bytes);
        texts_deinit(&looked_at);
        return wrong ? wrong : read_all(symbols, &symbols->texts, bytes, n_bytes);
}
