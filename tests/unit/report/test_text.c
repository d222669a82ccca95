/* The text report, to the letter
 *
 * Each test compares with a file in tests/golden. When a change of the report is meant, run this program with
 * GOLDEN_UPDATE=1, look at what git says has changed, and commit it.
 */
#include "report/scene.h"

#include "cli/report/style.h"

#include "report/golden_dir.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static struct scene scene;

static void begin(void) { scene = scene_new(); }

TestSuite(text, .init = begin);

static char *file_text(const char *path)
{
        static char text[1 << 16];
        FILE *file = fopen(path, "r");
        cr_assert(file, "%s is missing", path);
        text[fread(text, 1, sizeof text - 1, file)] = 0;
        fclose(file);
        return text;
}

static void report_is(const char *golden)
{
        char path[4096];
        size_t n;
        char *written = scene_written(&scene, "text", &n);
        snprintf(path, sizeof path, "%s/%s.txt", GOLDEN_DIR, golden);
        if (getenv("GOLDEN_UPDATE")) {
                FILE *file = fopen(path, "w");
                cr_assert(file);
                fputs(written, file);
                fclose(file);
        }
        cr_expect_str_eq(written, file_text(path), "%s differs:\n%s", golden, written);
}

Test(text, two_leaks)
{
        scene_leaks(&scene);
        report_is("leaks");
}

Test(text, python_and_cython_in_one_stack)
{
        scene_python(&scene);
        report_is("python");
}

Test(text, verbose_unfolds_the_interpreter)
{
        scene_python(&scene);
        scene.options.verbose = 1;
        report_is("python-verbose");
}

Test(text, what_is_lost_through_a_block_of_another_site_is_said_in_bytes)
{
        size_t n;
        struct process *p = scene.process;
        struct site *site = made_site(p, made_stack(p, WIRE_ENTRY_MALLOC, "leaky!open@leaky.c:6", NULL), WIRE_VERDICT_DEFINITE, 1, 64);
        site->indirect_blocks = 2;
        site->indirect_bytes = 9000;
        made_site(p, made_stack(p, WIRE_ENTRY_MALLOC, "leaky!fill@leaky.c:9", NULL), WIRE_VERDICT_INDIRECT, 2, 4500);
        char *text = scene_written(&scene, "text", &n);
        cr_expect(strstr(text, "1 block lost, 2 more of 9,000 bytes reachable only through it."), "%s", text);
}

Test(text, that_most_was_not_recorded_is_said)
{
        size_t n;
        struct process *p = scene.process;
        p->allocations = 900;
        p->dropped[WIRE_DROP_EARLY] = 901;
        cr_expect_not(strstr(scene_written(&scene, "text", &n), "not recorded"));
        p->dropped[WIRE_DROP_EARLY] = 1001;
        char *text = scene_written(&scene, "text", &n);
        cr_expect(strstr(text, "not recorded: allocations that could not be recorded (1,001)"), "%s", text);
        p->dropped[WIRE_DROP_EARLY] = 0;
        p->dropped[WIRE_DROP_WALKS] = 1001;
        cr_expect_not(strstr(scene_written(&scene, "text", &n), "not recorded"));
}

Test(text, every_wrong_release)
{
        scene_wrongs(&scene);
        report_is("wrongs");
}

/* Blocks that are resized with the function of another family. */
static void resize_wrongly(void)
{
        static const struct {
                enum wire_family family;
                enum wire_entry birth, resize;
                const char *place;
        } wrongs[] = {
                { WIRE_FAMILY_MALLOC, WIRE_ENTRY_MALLOC, WIRE_ENTRY_PYMEM_REALLOC, "leaky!grow@/abs/r.c:1" },
                { WIRE_FAMILY_PYMEM, WIRE_ENTRY_PYMEM_MALLOC, WIRE_ENTRY_REALLOC, "leaky!grow@/abs/r.c:2" },
                { WIRE_FAMILY_NEW, WIRE_ENTRY_NEW, WIRE_ENTRY_REALLOC, "leaky!grow@/abs/r.c:3" },
        };
        struct process *p = scene.process;
        for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
                uint32_t birth = made_stack(p, wrongs[i].birth, "leaky!make@/abs/m.c:1", NULL);
                made_wrong(p, WIRE_WRONG_MISMATCH, birth, made_stack(p, wrongs[i].resize, wrongs[i].place, NULL))->family =
                        wrongs[i].family;
        }
}

Test(text, what_was_resized_with_another_familys_function_is_told_its_own)
{
        size_t n;
        resize_wrongly();
        char *text = scene_written(&scene, "text", &n);
        static const char *const advice[] = { "    use realloc here; ", "    use PyMem_Realloc here.\n",
                                              "    nothing resizes what new gave: make another, copy, and use delete here.\n" };
        for (size_t i = 0; i < sizeof advice / sizeof *advice; i++)
                cr_expect(strstr(text, advice[i]), "%s in:\n%s", advice[i], text);
        cr_expect(strstr(text, "    resized at\n") && !strstr(text, "freed at"), "%s", text);
}

Test(text, other_formats_name_the_call_likewise)
{
        size_t n;
        scene_wrongs(&scene);
        resize_wrongly();
        char *text = scene_written(&scene, "junit", &n);
        cr_expect(strstr(text, "resized at\n") && strstr(text, ">called at\n") && strstr(text, "released at\n"), "%s", text);
        text = scene_written(&scene, "sarif", &n);
        cr_expect(strstr(text, "\"resized in grow\"") && strstr(text, "\"called in worker\"") &&
                          strstr(text, "\"released in close_all\""), "%s", text);
        text = scene_written(&scene, "html", &n);
        cr_expect(strstr(text, "\"verb\":\"resized\"") && strstr(text, "\"verb\":\"called\"") &&
                          strstr(text, "\"verb\":\"released again\""), "%s", text);
}

Test(text, many_processes_and_long_names)
{
        scene_leaks(&scene);
        scene_rest(&scene);
        report_is("processes");
}

Test(text, everything_there_is)
{
        scene_leaks(&scene);
        scene_wrongs(&scene);
        scene_rest(&scene);
        scene.options.verbose = 1;
        report_is("verbose");
}

Test(text, leaks_on_two_lines_of_one_function_are_two_leaks_at_one_site)
{
        size_t n;
        for (int line = 1; line <= 2; line++)
                made_site(scene.process,
                          made_stack(scene.process, WIRE_ENTRY_MALLOC,
                                     line == 1 ? "leaky!push@a.c:1" : "leaky!push@a.c:2", NULL),
                          WIRE_VERDICT_DEFINITE, 1, 8);
        char *text = scene_written(&scene, "text", &n);
        cr_expect(strstr(text, "-- 2 leaks\n"), "%s", text);
        cr_expect(strstr(text, "leaked 16 bytes in 2 blocks at 1 site (2 places)\n"), "%s", text);
        text = scene_written(&scene, "json", &n);
        cr_expect(strstr(text, "\"summary\":{\"findings\":2,"), "%s", text);
        cr_expect(strstr(text, "\"leaked_sites\":1,"), "%s", text);
}

/* A capture of everything: long names, three stacks, Python, what was dropped, a baseline's and a sample's words. */
static void scene_everything(void)
{
        scene_leaks(&scene);
        scene_python(&scene);
        scene_wrongs(&scene);
        scene_rest(&scene);
        scene.process->sample_bytes = 524288;
        scene.process->requests_failed = 3;
        scene.process->frozen_missing = 2;
        scene.capture->command[0] = "/a/folder/deep/down/program-with-a-name --option=value another-argument and-more it-never-ends";
        made_site(scene.process,
                  made_stack(scene.process, WIRE_ENTRY_NEW_ARRAY,
                             "leaky!std::vector<n::Deep, std::allocator<n::Deep> >::_M_realloc_insert_over_again_and_again@/abs/v.h:1",
                             "leaky!\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xb8\x96\xe7\x95\x8c\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xb8\x96\xe7\x95\x8c\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xb8\x96\xe7\x95\x8c\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xb8\x96"
                             "@relative/place/that/is/quite/long/and/goes/on/\xc3\xa4\xc3\xb6\xc3\xbc-and-a-name.cc:123456", NULL),
                  WIRE_VERDICT_DEFINITE, 12345, 34567)
                ->most_bytes = 98765;
}

Test(text, on_a_terminal_no_line_is_longer_than_it_is_wide)
{
        size_t n;
        scene_everything();
        for (int verbose = 0; verbose < 2; verbose++) {
                scene.options.verbose = verbose;
                for (scene.columns = 60; scene.columns < 140; scene.columns += 5) {
                        char *text = scene_written(&scene, "text", &n);
                        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
                                cr_expect_leq(style_width(line), scene.columns, "%u columns: %s", scene.columns, line);
                }
        }
}

/* The words of `text` that have a digit, as ids do, but are no part of a path or a C++ name: sorted, one a line. */
static char *numbers_of(char *text)
{
        static char numbers[1 << 16];
        char *words[8192];
        size_t n = 0, at = 0;
        for (char *word = strtok(text, " \n"); word && n < 8192; word = strtok(NULL, " \n"))
                if (strpbrk(word, "0123456789") && !strchr(word, '/') && !strstr(word, "::"))
                        words[n++] = word;
        qsort(words, n, sizeof *words, by_text);
        for (size_t i = 0; i < n; i++)
                at += (size_t)snprintf(numbers + at, sizeof numbers - at, "%s\n", words[i]);
        return numbers;
}

Test(text, on_a_narrow_terminal_no_number_and_no_id_is_cut)
{
        size_t n;
        made_root = "/without/sources";
        scene_everything();
        scene.capture->command[0] = "./leaky";
        char *wide = strdup(numbers_of(scene_written(&scene, "text", &n)));
        for (scene.columns = 60; scene.columns < 250; scene.columns += 19)
                cr_expect_str_eq(numbers_of(scene_written(&scene, "text", &n)), wide, "%u columns", scene.columns);
}

Test(text, on_a_wide_terminal_it_is_what_it_is_in_a_file)
{
        size_t n;
        scene_leaks(&scene);
        scene_wrongs(&scene);
        char *file = scene_written(&scene, "text", &n);
        scene.columns = 400;
        cr_expect_str_eq(scene_written(&scene, "text", &n), file);
}

Test(text, sixty_columns)
{
        scene_everything();
        scene.columns = 60;
        report_is("narrow");
}

Test(text, a_source_line_is_set_off_from_a_long_place)
{
        char folder[] = "/tmp/a-folder-with-quite-a-long-name-XXXXXX", file[128], frame[160];
        cr_assert(mkdtemp(folder));
        snprintf(file, sizeof file, "%s/a-file-with-quite-a-long-name.c", folder);
        FILE *source = fopen(file, "w");
        fputs("return malloc(8);\n", source);
        fclose(source);
        snprintf(frame, sizeof frame, "leaky!push@%s:1", file);
        made_site(scene.process, made_stack(scene.process, WIRE_ENTRY_MALLOC, frame, NULL), WIRE_VERDICT_DEFINITE, 1,
                  8);
        size_t n;
        char *text = scene_written(&scene, "text", &n);
        cr_expect(strstr(text, "a-file-with-quite-a-long-name.c:1  return malloc(8);\n"), "%s", text);
        unlink(file);
        rmdir(folder);
}

Test(text, a_clean_run_is_one_line)
{
        size_t n;
        cr_expect_str_eq(scene_written(&scene, "text", &n), "unfreed: ./leaky (pid 4711) exited 0 -- no leaks\n");
        scene.process->end.code = 3;
        made_site(scene.process, made_stack(scene.process, WIRE_ENTRY_MALLOC, "leaky!cache", NULL),
                  WIRE_VERDICT_REACHABLE, 2, 50);
        cr_expect_str_eq(scene_written(&scene, "text", &n),
                         "unfreed: ./leaky (pid 4711) exited 3 -- no leaks; still reachable "
                         "100 bytes in 2 blocks\n");
}

Test(text, quiet_is_findings_only_and_more_quiet_is_nothing)
{
        size_t n;
        scene.options.quiet = 1;
        cr_expect_str_eq(scene_written(&scene, "text", &n), "");
        scene_leaks(&scene);
        char *text = scene_written(&scene, "text", &n);
        cr_expect_eq(strncmp(text, "#1  192 bytes", 13), 0);
        cr_expect_not(strstr(text, "still reachable"));
        scene.options.quiet = 2;
        cr_expect_str_eq(scene_written(&scene, "text", &n), "");
}

Test(text, what_was_dropped_is_said_even_when_clean)
{
        size_t n;
        scene.process->dropped[WIRE_DROP_NODES] = 1234;
        cr_expect(strstr(scene_written(&scene, "text", &n), "not recorded: stacks: trie full (1,234)\n"));
}

Test(text, names_cannot_talk_to_the_terminal)
{
        size_t n;
        made_site(scene.process,
                  made_stack(scene.process, WIRE_ENTRY_MALLOC, "leaky!e\x1b[31mvil\nname\xff\xe2\x80\xae@a\x07.c:3",
                             NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        char *text = scene_written(&scene, "text", &n);
        cr_expect_not(strpbrk(text, "\x1b\x07\xff"));
        cr_expect_not(strstr(text, "\xe2\x80\xae"));
        cr_expect(strstr(text, "vil name"));
}

Test(text, depth_cuts_what_is_shown)
{
        size_t n;
        scene_leaks(&scene);
        scene.options.depth = 1;
        char *text = scene_written(&scene, "text", &n);
        cr_expect(strstr(text, "push "));
        cr_expect_not(strstr(text, "parse "));
}
