/* Addresses named, in all the forms in which programs come */
#include "place.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* SITE in inlines.c: 0 stands in inner, inlined into middle, inlined into outer; 1 in outer itself. */
enum { LINE_INNER = 7, LINE_MIDDLE = 12, LINE_OUTER_CALL = 17, LINE_OUTER = 18 };

static struct frame frames[PLACE_FRAMES];
static struct symbols *symbols;

static void begin(void)
{
        symbols = symbols_new();
        symbols_set_debug_root(symbols, FORMS "/no-root");
}

static void end(void) { symbols_free(symbols); }

TestSuite(naming, .init = begin, .fini = end, .timeout = 60);

static bool ends_with(const char *text, const char *tail)
{
        return text && strlen(text) >= strlen(tail) && strcmp(text + strlen(text) - strlen(tail), tail) == 0;
}

static bool begins_with(const char *text, const char *head) { return text && strncmp(text, head, strlen(head)) == 0; }

static size_t name(const char *path, const char *built_as, uint64_t site)
{
        static struct module module;

        module = place_module(path, built_as);
        memset(frames, 0, sizeof frames);
        return place_name(symbols, &module, site, frames);
}

static void check_frame(size_t i, const char *function, const char *file, int line, bool inlined)
{
        cr_assert_str_eq(frames[i].function, function);
        cr_assert(ends_with(frames[i].file, file), "file is %s", frames[i].file);
        cr_assert_eq(frames[i].line, line, "%s: line %d", function, frames[i].line);
        cr_assert_eq(frames[i].inlined, inlined);
        cr_assert_eq(frames[i].language, LANGUAGE_C);
}

static void check_all_of_site_0(size_t n)
{
        cr_assert_eq(n, 3, "%zu frames", n);
        check_frame(0, "inner", "/fixture/inlines.c", LINE_INNER, true);
        check_frame(1, "middle", "/fixture/inlines.c", LINE_MIDDLE, true);
        check_frame(2, "outer", "/fixture/inlines.c", LINE_OUTER_CALL, false);
}

static void check_nothing_but_the_offset(size_t n, uint64_t site)
{
        cr_assert_eq(n, 1);
        cr_assert_null(frames[0].function);
        cr_assert_null(frames[0].file);
        cr_assert_eq(frames[0].offset, site + 1);
}

Test(naming, each_inlined_call_is_a_frame_of_its_own)
{
        check_all_of_site_0(name(INLINES, INLINES, place_site(INLINES, 0)));
}

Test(naming, a_site_outside_inlined_calls_is_one_frame)
{
        cr_assert_eq(name(INLINES, INLINES, place_site(INLINES, 1)), 1);
        check_frame(0, "outer", "/fixture/inlines.c", LINE_OUTER, false);
}

Test(naming, paths_are_absolute_and_have_no_dots)
{
        name(INLINES, INLINES, place_site(INLINES, 0));
        cr_assert_eq(*frames[0].file, '/');
        cr_assert_null(strstr(frames[0].file, "/../"));
        cr_assert_null(strstr(frames[0].file, "/./"));
}

Test(naming, the_module_and_the_offset_are_always_told)
{
        uint64_t site = place_site(INLINES, 0);
        size_t n = name(INLINES, INLINES, site);

        for (size_t i = 0; i < n; i++) {
                cr_assert_str_eq(frames[i].module_path, INLINES);
                cr_assert_str_eq(frames[i].module, "symbol-inlines");
                cr_assert_eq(frames[i].offset, site + 1);
                cr_assert_eq(strlen(frames[i].build_id), 40);
        }
}

Test(naming, at_most_as_many_frames_as_asked_for_are_stored)
{
        struct module module = place_module(INLINES, INLINES);
        struct raw_frame raw = {
                .kind = RAW_NATIVE, .address = place_site(INLINES, 0) + 1 + module.bias, .module = &module};

        for (size_t max = 1; max <= 3; max++) {
                memset(frames, 0, sizeof frames);
                cr_assert_eq(symbols_name(symbols, &raw, frames, max), max);
                cr_assert_null(frames[max].function);
                cr_assert_str_eq(frames[0].function, "inner");
        }
}

Test(naming, functions_of_internal_linkage_have_their_namespace)
{
        cr_assert_eq(name(SPACES, SPACES, place_site(SPACES, 0)), 2);
        cr_assert(begins_with(frames[0].function, "(anonymous namespace)::hidden"), "%s", frames[0].function);
        cr_assert(frames[0].inlined);
        cr_assert_eq(frames[0].line, 10);
        cr_assert_str_eq(frames[1].function, "shop::Holder<int>::keep(int)");
        cr_assert_not(frames[1].inlined);
        cr_assert_eq(frames[1].line, 22);
        cr_assert_eq(frames[1].language, LANGUAGE_CXX);
        cr_assert_eq(name(SPACES, SPACES, place_site(SPACES, 1)), 1);
        cr_assert_eq(frames[0].line, 21);
}

Test(naming, lambdas_have_their_function)
{
        cr_assert_eq(name(SPACES, SPACES, place_site(SPACES, 2)), 2);
#ifdef __clang__ /* which gives it a linkage name */
        cr_assert(begins_with(frames[0].function, "main::$_1::operator()"), "%s", frames[0].function);
#else
        cr_assert_str_eq(frames[0].function, "main::{lambda#2}::operator()");
#endif
        cr_assert_str_eq(frames[1].function, "main");
}

Test(naming, exported_names_come_before_the_names_in_the_sources)
{
        cr_assert_eq(name(ALIASES, ALIASES, place_site(ALIASES, 0)), 1);
        cr_assert_str_eq(frames[0].function, "twin");
        cr_assert_eq(frames[0].line, 7);
        cr_assert_eq(name(ALIASES, ALIASES, place_site(ALIASES, 1)), 1);
        cr_assert_str_eq(frames[0].function, "_pair");
        cr_assert_eq(name(ALIASES, ALIASES, place_site(ALIASES, 2)), 1);
        cr_assert_str_eq(frames[0].function, "third");
}

Test(naming, a_relative_folder_stands_before_its_files_once)
{
        cr_assert_eq(name(MAPPED, MAPPED, place_site(MAPPED, 0)), 3);
        for (size_t i = 0; i < 3; i++)
                cr_assert_str_eq(frames[i].file, "elf/inlines.c");
}

Test(naming, a_debug_file_is_found_by_its_link)
{
        check_all_of_site_0(name(FORMS "/linked/symbol-inlines", INLINES, place_site(INLINES, 0)));
}

Test(naming, a_debug_file_is_found_by_build_id)
{
        symbols_set_debug_root(symbols, FORMS "/by-id");
        check_all_of_site_0(name(FORMS "/symbol-inlines.stripped", INLINES, place_site(INLINES, 0)));
}

Test(naming, a_debug_file_is_found_when_the_program_is_gone)
{
        symbols_set_debug_root(symbols, FORMS "/by-id");
        check_all_of_site_0(name("/nowhere/symbol-inlines", INLINES, place_site(INLINES, 0)));
}

Test(naming, a_debug_file_of_another_build_is_not_believed)
{
        uint64_t site = place_site(INLINES, 0);

        symbols_set_debug_root(symbols, FORMS "/lying");
        check_nothing_but_the_offset(name(FORMS "/symbol-inlines.stripped", INLINES, site), site);
}

Test(naming, a_file_of_another_build_is_not_believed)
{
        uint64_t site = place_site(INLINES, 0);

        check_nothing_but_the_offset(name(INLINES, SPACES, site), site);
}

Test(naming, a_file_is_believed_when_no_build_id_was_recorded)
{
        check_all_of_site_0(name(INLINES, NULL, place_site(INLINES, 0)));
        cr_assert_null(frames[0].build_id);
}

Test(naming, without_debug_information_the_symbol_table_names)
{
        cr_assert_eq(name(FORMS "/symbol-inlines.nodebug", INLINES, place_site(INLINES, 0)), 1);
        cr_assert_str_eq(frames[0].function, "outer");
        cr_assert_null(frames[0].file);
}

Test(naming, the_symbol_table_inside_gnu_debugdata_names)
{
        if (access(FORMS "/mini", R_OK) != 0)
                cr_skip("no xz on this machine");
        cr_assert_eq(name(FORMS "/mini", INLINES, place_site(INLINES, 0)), 1);
        cr_assert_str_eq(frames[0].function, "outer");
}

Test(naming, a_stripped_file_gives_module_and_offset)
{
        uint64_t site = place_site(INLINES, 0);

        check_nothing_but_the_offset(name(FORMS "/symbol-inlines.stripped", INLINES, site), site);
}

Test(naming, what_is_no_file_gives_module_and_offset)
{
        static const char *const paths[] = {"/nowhere/at/all", "[vdso]",        "", "/", "/dev/zero",
                                            "relative",        "/proc/self/mem"};

        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
                check_nothing_but_the_offset(name(paths[i], NULL, 0x1234), 0x1234);
}

Test(naming, a_deleted_file_is_believed_only_when_its_build_id_is_back)
{
        uint64_t site = place_site(INLINES, 0);

        check_all_of_site_0(name(INLINES " (deleted)", INLINES, site));
        check_nothing_but_the_offset(name(INLINES " (deleted)", SPACES, site), site);
        check_nothing_but_the_offset(name(INLINES " (deleted)", NULL, site), site);
}

Test(naming, an_address_in_no_module_is_its_own_offset)
{
        struct raw_frame raw = {.kind = RAW_NATIVE, .address = 0x7f0012345678};

        cr_assert_eq(symbols_name(symbols, &raw, frames, PLACE_FRAMES), 1);
        cr_assert_null(frames[0].module);
        cr_assert_null(frames[0].function);
        cr_assert_eq(frames[0].offset, 0x7f0012345678);
}

Test(naming, an_address_past_the_end_of_the_file_has_no_name)
{
        check_nothing_but_the_offset(name(INLINES, INLINES, 0x40000000), 0x40000000);
        check_nothing_but_the_offset(name(INLINES, INLINES, UINT64_MAX - 1), UINT64_MAX - 1);
}

Test(naming, a_return_address_of_zero_is_survived) { name(INLINES, INLINES, UINT64_MAX); }

/* ---- broken files ---- */

struct whole {
        unsigned char *bytes;
        size_t n;
};

static struct whole read_whole(const char *path)
{
        struct whole whole = {0};
        struct stat status;
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        cr_assert_geq(fd, 0);
        cr_assert_eq(fstat(fd, &status), 0);
        whole.n = (size_t)status.st_size;
        whole.bytes = malloc(whole.n);
        cr_assert_eq(read(fd, whole.bytes, whole.n), status.st_size);
        close(fd);
        return whole;
}

static void name_in_copy(const unsigned char *bytes, size_t n, uint64_t site)
{
        char path[] = "/tmp/unfreed-symbol-XXXXXX";
        int fd = mkstemp(path);

        cr_assert_geq(fd, 0);
        cr_assert_eq(write(fd, bytes, n), (ssize_t)n);
        close(fd);
        begin();
        cr_assert_geq(name(path, NULL, site), 1);
        name(path, INLINES, site);
        end();
        unlink(path);
}

TestSuite(broken, .timeout = 100);

Test(broken, a_file_cut_anywhere_is_survived)
{
        struct whole whole = read_whole(INLINES);
        uint64_t site = place_site(INLINES, 0);

        for (size_t n = 0; n < whole.n; n += n < 256 ? 7 : 97)
                name_in_copy(whole.bytes, n, site);
        free(whole.bytes);
}

Test(broken, a_file_with_wrong_bytes_is_survived)
{
        struct whole whole = read_whole(INLINES);
        uint64_t site = place_site(INLINES, 0);

        srandom(20);
        for (int i = 0; i < 400; i++) {
                size_t at = (size_t)random() % whole.n;
                unsigned char before = whole.bytes[at];

                whole.bytes[at] = (unsigned char)random();
                name_in_copy(whole.bytes, whole.n, site);
                whole.bytes[at] = before;
        }
        free(whole.bytes);
}
