/* Names that travel with a capture */
#include "place.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(names, .timeout = 60);

static struct frame frames[PLACE_FRAMES], again[PLACE_FRAMES];

/* The bytes after two places of one fixture, one of another and one without a name were asked for. */
static uint8_t *some_names(size_t *ret_n)
{
        struct symbols *symbols = symbols_new();
        struct module inlines = place_module(INLINES, INLINES), spaces = place_module(SPACES, SPACES);
        struct module gone = place_module("/nowhere/gone", NULL);
        uint8_t *bytes;

        place_name(symbols, &inlines, place_site(INLINES, 1), frames);
        place_name(symbols, &spaces, place_site(SPACES, 0), frames);
        place_name(symbols, &inlines, place_site(INLINES, 0), frames);
        place_name(symbols, &gone, 0x1000, frames);
        symbols_write(symbols, &bytes, ret_n);
        symbols_free(symbols);
        return bytes;
}

static void check_same(const struct frame *a, const struct frame *b, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                cr_assert_str_eq(a[i].function, b[i].function);
                cr_assert_str_eq(a[i].raw, b[i].raw);
                cr_assert_str_eq(a[i].file, b[i].file);
                cr_assert_str_eq(a[i].module_path, b[i].module_path);
                cr_assert_str_eq(a[i].module, b[i].module);
                cr_assert_str_eq(a[i].build_id, b[i].build_id);
                cr_assert_eq(a[i].line, b[i].line);
                cr_assert_eq(a[i].offset, b[i].offset);
                cr_assert_eq(a[i].inlined, b[i].inlined);
                cr_assert_eq(a[i].language, b[i].language);
        }
}

/* A module of a file that is on no machine, with a build-id all the same. */
static struct module elsewhere(const char *path)
{
        struct module module = place_module(path, INLINES);

        module.path = "/another/machine/program";
        module.build_id[0] ^= 0xff;
        return module;
}

Test(names, names_read_are_those_written)
{
        struct symbols *there = symbols_new(), *here = symbols_new();
        struct module module = place_module(INLINES, INLINES);
        uint64_t site = place_site(INLINES, 0);
        uint8_t *bytes, *bytes_again;
        size_t n_bytes, n_bytes_again, n = place_name(there, &module, site, frames);

        symbols_write(there, &bytes, &n_bytes);
        cr_assert_null(symbols_read(here, bytes, n_bytes));
        cr_assert_eq(place_name(here, &module, site, again), n);
        check_same(frames, again, n);
        symbols_write(here, &bytes_again, &n_bytes_again);
        cr_assert_eq(n_bytes, n_bytes_again);
        cr_assert_arr_eq(bytes, bytes_again, n_bytes);
        free(bytes);
        free(bytes_again);
        symbols_free(there);
        symbols_free(here);
}

/* The bytes of one place whose file no machine has, built by hand after the format's own text. */
Test(names, a_machine_without_the_file_has_the_names)
{
        struct module module = elsewhere(INLINES);
        struct symbols *symbols = symbols_new();
        uint8_t bytes[256] = "uf-names\x01\x04"
                             "\x18/another/machine/program\x04push\x07"
                             "leaky.c\x05"
                             "push2";
        size_t n = strlen((char *)bytes);

        bytes[n++] = 1; /* image */
        bytes[n++] = 1;
        bytes[n++] = 20;
        memcpy(bytes + n, module.build_id, 20);
        n += 20;
        memcpy(bytes + n, "\x01\x81\x20\x01\x02\x04\x03\x06\x03", 9); /* place 0x1001: one frame, line 6, inlined, c */
        n += 9;
        cr_assert_null(symbols_read(symbols, bytes, n));
        cr_assert_eq(place_name(symbols, &module, 0x1000, frames), 1);
        cr_assert_str_eq(frames[0].function, "push");
        cr_assert_str_eq(frames[0].raw, "push2");
        cr_assert_str_eq(frames[0].file, "leaky.c");
        cr_assert_str_eq(frames[0].module, "program");
        cr_assert_eq(frames[0].line, 6);
        cr_assert_eq(frames[0].language, LANGUAGE_C);
        cr_assert(frames[0].inlined);
        symbols_free(symbols);
}

Test(names, names_that_came_along_are_taken_before_the_file)
{
        struct symbols *symbols = symbols_new();
        struct module module = place_module(INLINES, NULL);
        uint8_t bytes[512] = "uf-names\x01\x02";
        size_t n = strlen((char *)bytes);

        bytes[n++] = sizeof INLINES - 1;
        cr_assert_lt(sizeof INLINES, 128);
        memcpy(bytes + n, INLINES, sizeof INLINES - 1);
        n += sizeof INLINES - 1;
        memcpy(bytes + n, "\x04then\x01\x01\x00\x01\x81\x20\x01\x02\x00\x00\x00\x00", 17);
        n += 17;
        cr_assert_null(symbols_read(symbols, bytes, n));
        cr_assert_eq(place_name(symbols, &module, 0x1000, frames), 1);
        cr_assert_str_eq(frames[0].function, "then");
        symbols_free(symbols);
}

Test(names, the_first_name_of_a_place_stays)
{
        struct symbols *symbols = symbols_new();
        struct module module = place_module("/p", NULL);
        uint8_t bytes[] = "uf-names\x01\x02\x02/p\x04then\x01\x01\x00\x01\x81\x20\x01\x02\x00\x00\x00\x00";

        cr_assert_null(symbols_read(symbols, bytes, sizeof bytes - 1));
        memcpy(strstr((char *)bytes, "then"), "else", 4);
        cr_assert_null(symbols_read(symbols, bytes, sizeof bytes - 1));
        cr_assert_eq(place_name(symbols, &module, 0x1000, frames), 1);
        cr_assert_str_eq(frames[0].function, "then");
        symbols_free(symbols);
}

Test(names, a_text_with_a_nul_in_it_is_refused)
{
        struct symbols *symbols = symbols_new();
        uint8_t bytes[] = "uf-names\x01\x01\x03"
                          "a\0b\x00";

        cr_assert_str_eq(symbols_read(symbols, bytes, sizeof bytes - 1), "a text has a NUL in it");
        symbols_free(symbols);
}

Test(names, reading_and_writing_again_gives_the_same_bytes)
{
        size_t n, n_again;
        uint8_t *bytes = some_names(&n), *again_bytes;
        struct symbols *symbols = symbols_new();

        cr_assert_null(symbols_read(symbols, bytes, n));
        symbols_write(symbols, &again_bytes, &n_again);
        cr_assert_eq(n_again, n);
        cr_assert_arr_eq(again_bytes, bytes, n);
        free(bytes);
        free(again_bytes);
        symbols_free(symbols);
}

/* Without a build-id nothing says that the file here is the one that could not be named there. */
Test(names, a_nameless_place_is_asked_here_only_by_build_id)
{
        static const char *const built_as[] = {NULL, INLINES};
        uint64_t site = place_site(INLINES, 0);

        for (int i = 0; i < 2; i++) {
                struct module there = place_module(INLINES, built_as[i]);
                struct symbols *symbols = symbols_new(), *here = symbols_new();
                uint8_t *bytes;
                size_t n;

                /* A place far outside is nameless; its offset is then rewritten to that of a place with a name. */
                place_name(symbols, &there, site + 0x40000000, frames);
                cr_assert_null(frames[0].function);
                symbols_write(symbols, &bytes, &n);
                for (size_t k = 0; k + 5 < n; k++) {
                        uint64_t far = site + 1, same = 0;

                        for (unsigned b = 0; b < 5; b++)
                                same |= (uint64_t)(bytes[k + b] & 127) << 7 * b;
                        if (same != far + 0x40000000)
                                continue;
                        for (unsigned b = 0; b < 5; b++)
                                bytes[k + b] = (uint8_t)((far >> 7 * b & 127) | (b < 4 ? 128 : 0));
                }
                cr_assert_null(symbols_read(here, bytes, n));
                cr_assert_eq(place_name(here, &there, site, frames), i ? 3 : 1);
                cr_assert_eq(frames[0].function != NULL, i == 1);
                free(bytes);
                symbols_free(symbols);
                symbols_free(here);
        }
}

Test(names, captures_add_up)
{
        struct symbols *a = symbols_new(), *b = symbols_new(), *both = symbols_new();
        struct module inlines = place_module(INLINES, INLINES), spaces = place_module(SPACES, SPACES);
        uint8_t *bytes[3];
        size_t n[3], n_all;
        uint8_t *all = some_names(&n_all);

        place_name(a, &inlines, place_site(INLINES, 0), frames);
        place_name(b, &inlines, place_site(INLINES, 1), frames);
        place_name(b, &spaces, place_site(SPACES, 0), frames);
        symbols_write(a, &bytes[0], &n[0]);
        symbols_write(b, &bytes[1], &n[1]);
        cr_assert_null(symbols_read(both, bytes[0], n[0]));
        cr_assert_null(symbols_read(both, bytes[1], n[1]));
        cr_assert_null(symbols_read(both, bytes[1], n[1]));
        inlines = place_module("/nowhere/gone", NULL);
        place_name(both, &inlines, 0x1000, frames);
        symbols_write(both, &bytes[2], &n[2]);
        cr_assert_eq(n[2], n_all);
        cr_assert_arr_eq(bytes[2], all, n_all);
        for (int i = 0; i < 3; i++)
                free(bytes[i]);
        free(all);
        symbols_free(a);
        symbols_free(b);
        symbols_free(both);
}

Test(names, bytes_cut_anywhere_are_refused_and_nothing_is_taken)
{
        size_t n, n_none, n_after;
        uint8_t *bytes = some_names(&n), *none, *after;
        struct symbols *symbols = symbols_new();

        symbols_write(symbols, &none, &n_none);
        for (size_t cut = 0; cut < n; cut++) {
                uint8_t *copy = malloc(cut ? cut : 1); /* exactly so long, for the sanitizers to watch */

                memcpy(copy, bytes, cut);
                cr_assert_not_null(symbols_read(symbols, copy, cut), "cut at %zu of %zu", cut, n);
                free(copy);
        }
        symbols_write(symbols, &after, &n_after);
        cr_assert_eq(n_after, n_none);
        cr_assert_arr_eq(none, after, n_none);
        cr_assert_null(symbols_read(symbols, bytes, n));
        free(bytes);
        free(none);
        free(after);
        symbols_free(symbols);
}

Test(names, more_behind_the_end_is_refused)
{
        size_t n;
        uint8_t *bytes = some_names(&n);
        struct symbols *symbols = symbols_new();

        bytes = realloc(bytes, n + 1);
        bytes[n] = 0;
        cr_assert_str_eq(symbols_read(symbols, bytes, n + 1), "there is something behind its end");
        bytes[8] = 2;
        cr_assert_str_eq(symbols_read(symbols, bytes, n), "it is of another version");
        bytes[0] = 'U';
        cr_assert_str_eq(symbols_read(symbols, bytes, n), "it does not begin with uf-names");
        free(bytes);
        symbols_free(symbols);
}

Test(names, wrong_bytes_are_survived)
{
        size_t n, n_read = 0;
        uint8_t *bytes = some_names(&n);

        for (size_t at = 0; at < n; at++) {
                for (int bit = 0; bit < 8; bit++) {
                        struct symbols *symbols = symbols_new();

                        bytes[at] ^= (uint8_t)(1 << bit);
                        n_read += symbols_read(symbols, bytes, n) == NULL;
                        bytes[at] ^= (uint8_t)(1 << bit);
                        symbols_free(symbols);
                }
        }
        cr_assert_gt(n_read, 0); /* a letter of a name may well be another */
        free(bytes);
}
