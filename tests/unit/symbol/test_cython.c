/* Functions that Cython made, by the names that their .pyx gives them */
#include "place.h"

#include "cli/symbol/cython_name.h"
#include "cli/symbol/cython_source.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

TestSuite(cython_name, .timeout = 20);
TestSuite(cython, .timeout = 20);

/* ---- names ---- */

static bool among(void *user, const char *dotted)
{
        for (const char *const *text = user; *text; text++)
                if (strcmp(*text, dotted) == 0)
                        return true;
        return false;
}

static void check_with(const char *const *texts, const char *symbol, const char *dotted)
{
        char name[CYTHON_NAME_MAX];
        bool has_lines;

        cr_assert(cython_name_decode(symbol, texts ? among : NULL, (void *)texts, name, &has_lines), "%s", symbol);
        cr_assert_str_eq(name, dotted);
}

static void check(const char *symbol, const char *dotted) { check_with(NULL, symbol, dotted); }

Test(cython_name, wrappers_bodies_and_c_functions_are_one_name)
{
        check("__pyx_pw_4demo_1mismatch", "demo.mismatch");
        check("__pyx_pf_4demo_mismatch", "demo.mismatch");
        check("__pyx_f_4demo_helper", "demo.helper");
        check("__pyx_api_f_4demo_helper", "demo.helper");
}

Test(cython_name, packages_classes_and_functions_are_scopes)
{
        check("__pyx_pw_3pkg_4demo_6Holder_5grow", "pkg.demo.Holder.grow");
        check("__pyx_pw_4demo_6Holder_4grow_1inner", "demo.Holder.grow.inner");
        check("__pyx_f_3pkg_4demo_6Holder_quiet", "pkg.demo.Holder.quiet");
        check("__pyx_pf_4demo_6Holder_first_of_all", "demo.Holder.first_of_all");
        check("__pyx_gb_4demo_6Holder_4grow_2generator3", "demo.Holder.grow.generator3");
}

Test(cython_name, special_methods_are_not_taken_for_tails_of_names)
{
        check("__pyx_pf_4demo_6Holder___cinit__", "demo.Holder.__cinit__");
        check("__pyx_pw_4demo_6Holder_1__cinit__", "demo.Holder.__cinit__");
        check("__pyx_pf_4demo_6Holder_4size___get__", "demo.Holder.size.__get__");
        check("__pyx_pw_4demo_6Holder_4size_1__get__", "demo.Holder.size.__get__");
}

Test(cython_name, functions_of_types_have_the_names_that_python_has_for_them)
{
        check("__pyx_tp_new_4demo_Holder", "demo.Holder.__new__");
        check("__pyx_tp_dealloc_4demo_Holder", "demo.Holder.__dealloc__");
        check("__pyx_getprop_4demo_6Holder_size", "demo.Holder.size.__get__");
        check("__pyx_setprop_4demo_6Holder_size", "demo.Holder.size.__set__");
        check("__pyx_pymod_exec_demo", "demo.<module>");
}

/* 5wrong_: a scope of five letters, or the counter 5 before a name with an underscore? */
Test(cython_name, a_name_that_exists_decides_between_readings)
{
        static const char *const function[] = {"leaky.wrong_pyfree", NULL}, *const method[] = {"leaky.wrong.pyfree",
                                                                                               NULL};

        check_with(function, "__pyx_pw_5leaky_5wrong_pyfree", "leaky.wrong_pyfree");
        check_with(method, "__pyx_pw_5leaky_5wrong_pyfree", "leaky.wrong.pyfree");
        check("__pyx_pw_5leaky_5wrong_pyfree", "leaky.wrong_pyfree");
}

Test(cython_name, clones_and_cxx_mangling_do_not_matter)
{
        check("__pyx_pw_4demo_1mismatch.cold", "demo.mismatch");
        check("__pyx_pf_4demo_6Holder_4grow.isra.0", "demo.Holder.grow");
        check("_ZL24__pyx_pw_4demo_1mismatchP7_objectS0_", "demo.mismatch");
        check("_Z20__pyx_f_4demo_helperi", "demo.helper");
}

Test(cython_name, variants_of_fused_types_are_one_function)
{
        check("__pyx_fuse_0__pyx_pw_2fz_12total", "fz.total");
        check("__pyx_fuse_1_0__pyx_f_2fz_ctotal", "fz.ctotal");
        check("__pyx_pf_2fz_17__pyx_fuse_0cptotal", "fz.cptotal");
        check("__pyx_pw_2fz_20__pyx_fuse_1_3cptotal", "fz.cptotal");
}

Test(cython_name, lambdas_and_generator_expressions_are_functions)
{
        check("__pyx_lambda_funcdef_2fz_lambda", "fz.lambda");
        check("__pyx_pw_2fz_25lambda", "fz.lambda");
        check("__pyx_gb_2fz_4genx_2generator1", "fz.genx.generator1");
}

Test(cython_name, cythons_own_classes_have_their_names)
{
        check("__pyx_array___pyx_pf_15View_dot_MemoryView_5array_4__dealloc__", "View.MemoryView.array.__dealloc__");
        check("__pyx_memoryview___pyx_pf_15View_dot_MemoryView_10memoryview___cinit__",
              "View.MemoryView.memoryview.__cinit__");
        check("__pyx_array___cinit__", "View.MemoryView.array.__cinit__");
        check("__pyx_tp_new_array", "View.MemoryView.array.__new__");
        check("__pyx_tp_dealloc__memoryviewslice", "View.MemoryView._memoryviewslice.__dealloc__");
}

Test(cython_name, other_symbols_are_not_renamed)
{
        static const char *const others[] = {
                "malloc",   "__Pyx_PyInt_As_int", "__pyx_insert_code_object", "__pyx_", "__pyx_pw_", "__pyx_pw_4demo_1",
                "__pyx_f_", "_ZL3fooi",           "__pyx_pymod_create",       ""};
        char name[CYTHON_NAME_MAX] = "untouched";
        bool has_lines;

        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
                cr_assert_not(cython_name_decode(others[i], NULL, NULL, name, &has_lines), "%s is %s", others[i], name);
        cr_assert_str_eq(name, "untouched");
}

Test(cython_name, lengths_that_lie_are_survived)
{
        static const char *const liars[] = {
                "__pyx_pw_99999999999999999999_x", "__pyx_f_9x_y",      "__pyx_pw_1", "__pyx_pw_0_0_0_0_a",
                "_Z99999999999__pyx_f_4demo_x",    "_Z0__pyx_f_4demo_x"};
        char name[CYTHON_NAME_MAX], deep[4096] = "__pyx_pw_";
        bool has_lines;

        for (size_t i = 0; i < sizeof liars / sizeof *liars; i++)
                cython_name_decode(liars[i], NULL, NULL, name, &has_lines);
        for (int i = 0; i < 1000; i++)
                strcat(deep, "1a_");
        cr_assert_not(cython_name_decode(deep, NULL, NULL, name, &has_lines));
        deep[400] = 0;
        cython_name_decode(deep, NULL, NULL, name, &has_lines);
}

/* ---- lines of generated C ---- */

static struct texts texts;
static char folder[] = "/tmp/unfreed-cython-XXXXXX", c_path[128];
static struct cython_source *source;

static void write_file(const char *name, const char *text)
{
        FILE *file;

        snprintf(c_path, sizeof c_path, "%s/%s", folder, name);
        file = fopen(c_path, "we");
        cr_assert_not_null(file);
        fputs(text, file);
        fclose(file);
}

static void source_begin(void)
{
        texts_init(&texts);
        cr_assert_not_null(mkdtemp(folder));
}

static void source_end(void)
{
        cython_source_free(source);
        texts_deinit(&texts);
        snprintf(c_path, sizeof c_path, "rm -r %s", folder);
        cr_assert_eq(system(c_path), 0);
}

TestSuite(cython_source, .init = source_begin, .fini = source_end, .timeout = 20);

static const char generated[] = "/* Generated by Cython 3.0.0 */\n"
                                "/* \"pkg/demo.pyx\":7\n * def f():   # <<<<<<<<<<<<<<\n */\n"
                                "static PyObject *__pyx_pw_4demo_1f(PyObject *self); /*proto*/\n" /* line 5 */
                                "static PyObject *__pyx_pw_4demo_1f(PyObject *self) {\n"
                                "  prologue();\n"
                                "  /* \"pkg/demo.pyx\":8\n   * free(p)   # <<<<<<<<<<<<<<\n   */\n"
                                "  free(p);\n" /* line 11 */
                                "if (1) {\n"
                                "}\n"
                                "  done();\n" /* line 14 */
                                "}\n"
                                "static int __Pyx_other(void) {\n"
                                "  other();\n" /* line 17 */
                                "}\n";

static void check_line(const char *function, int c_line, int line)
{
        const char *file = "untouched";
        int its = -1;

        cython_source_line(source, function, c_line, &file, &its);
        cr_assert_eq(its, line, "C line %d: %d", c_line, its);
        if (line < 0) {
                cr_assert_str_eq(file, "untouched");
                return;
        }
        cr_assert_eq(strncmp(file, folder, sizeof folder - 1), 0, "%s", file);
        cr_assert_str_eq(strrchr(file, '/'), "/demo.pyx");
}

Test(cython_source, the_last_comment_at_or_above_a_line_counts)
{
        write_file("demo.c", generated);
        source = cython_source_new(&texts, c_path);
        check_line("__pyx_pw_4demo_1f", 7, 7);
        check_line("__pyx_pw_4demo_1f", 8, 8);
        check_line("__pyx_pw_4demo_1f", 11, 8);
        check_line("__pyx_pw_4demo_1f", 14, 8);
        check_line("__pyx_pw_4demo_1f.cold", 11, 8);
}

Test(cython_source, a_file_that_was_generated_anew_says_nothing)
{
        write_file("demo.c", generated);
        source = cython_source_new(&texts, c_path);
        check_line("__pyx_pw_4demo_3g", 11, -1);
        check_line("__pyx_pw_4demo_1", 11, -1);
        check_line("__pyx_pw_4demo_1f", 4, -1);
        check_line("__pyx_pw_4demo_1f", 17, -1);
}

Test(cython_source, a_file_that_cython_did_not_make_says_nothing)
{
        write_file("demo.c", generated + 3);
        source = cython_source_new(&texts, c_path);
        check_line("__pyx_pw_4demo_1f", 11, -1);
}

Test(cython_source, a_file_that_is_gone_says_nothing)
{
        snprintf(c_path, sizeof c_path, "%s/gone.c", folder);
        source = cython_source_new(&texts, c_path);
        check_line("__pyx_pw_4demo_1f", 11, -1);
}

Test(cython_source, the_xml_of_cython_debug_comes_first)
{
        snprintf(c_path, sizeof c_path, "%s/cython_debug", folder);
        cr_assert_eq(mkdir(c_path, 0700), 0);
        write_file("cython_debug/cython_debug_info_pkg.demo",
                   "<cython_debug version=\"1.0\"><Module module_name=\"pkg.demo\" filename=\"/src/pkg/demo.pyx\" "
                   "c_filename=\"demo.c\"><LineNumberMapping><LineNumber c_linenos=\"6 11\" cython_lineno=\"70\" />"
                   "<LineNumber c_linenos=\"14\" cython_lineno=\"71\" /></LineNumberMapping></Module></cython_debug>");
        write_file("demo.pyx", "");
        write_file("demo.c", generated);
        source = cython_source_new(&texts, c_path);
        check_line("__pyx_pw_4demo_1f", 11, 70);
        check_line("__pyx_pw_4demo_1f", 14, 71);
        check_line("__pyx_pw_4demo_1f", 7, 7);
}

/* ---- frames of a module (fixture/made.c) ---- */

static struct frame frames[PLACE_FRAMES];

static size_t name(const char *path, unsigned site)
{
        struct symbols *symbols = symbols_new();
        struct module module = place_module(path, MADE);
        static struct symbols *before;
        size_t n = place_name(symbols, &module, place_site(MADE, site), frames);

        symbols_free(before); /* strings of the frames live as long as their symbols */
        before = symbols;
        return n;
}

static void check_place(unsigned site, const char *function, const char *file, int line)
{
        cr_assert_eq(name(MADE, site), 1);
        cr_assert_str_eq(frames[0].function, function);
        cr_assert_eq(frames[0].language, LANGUAGE_CYTHON);
        cr_assert_not(frames[0].inlined);
        cr_assert_not_null(strstr(frames[0].file, file), "%s", frames[0].file);
        cr_assert_eq(frames[0].line, line, "%s:%d", frames[0].file, frames[0].line);
}

Test(cython, a_wrapper_and_its_inlined_body_are_one_frame_at_a_pyx_line)
{
        check_place(0, "made.wrong_free", "/fixture/made.pyx", 5);
        check_place(1, "made.wrong_free", "/fixture/made.pyx", 6);
        cr_assert_str_eq(frames[0].raw, "__pyx_pf_4made_4wrong_free");
}

Test(cython, a_comment_before_the_function_counts_too) { check_place(2, "made.Holder.grow", "/fixture/made.pyx", 9); }

Test(cython, the_body_of_a_generator_has_the_name_of_its_function)
{
        check_place(3, "made.make", "/fixture/made.pyx", 21);
}

Test(cython, a_public_function_keeps_its_name_and_has_its_line)
{
        check_place(8, "made.offered", "/fixture/made.pyx", 31);
        cr_assert_str_eq(frames[0].raw, "offered");
}

Test(cython, functions_of_types_are_not_given_lines_of_other_functions)
{
        cr_assert_eq(name(MADE, 4), 1);
        cr_assert_str_eq(frames[0].function, "made.Holder.__new__");
        cr_assert_null(strstr(frames[0].file, ".pyx"));
}

Test(cython, c_functions_of_the_module_stay_c)
{
        cr_assert_eq(name(MADE, 5), 1);
        cr_assert_str_eq(frames[0].function, "plain");
        cr_assert_eq(frames[0].language, LANGUAGE_C);
}

Test(cython, a_stripped_module_is_named_by_its_method_tables)
{
        cr_assert_eq(name(MADE_STRIPPED, 0), 1);
        cr_assert_str_eq(frames[0].function, "made.wrong_free");
        cr_assert_eq(frames[0].language, LANGUAGE_CYTHON);
        cr_assert_null(frames[0].file);
        cr_assert_eq(name(MADE_STRIPPED, 2), 1);
        cr_assert_str_eq(frames[0].function, "grow"); /* of Holder, or of Other? */
        cr_assert_eq(name(MADE_STRIPPED, 5), 1);
        cr_assert_str_eq(frames[0].function, "plain");
}

Test(cython, what_is_in_no_table_has_no_name)
{
        cr_assert_eq(name(MADE_STRIPPED, 3), 1);
        cr_assert_null(frames[0].function);
        cr_assert_eq(name(MADE_STRIPPED, 7), 1); /* it is in one, but without the flags of a method */
        cr_assert_null(frames[0].function);
}

Test(cython, functions_of_types_in_a_stripped_module_are_named_by_the_type)
{
        cr_assert_eq(name(MADE_STRIPPED, 4), 1);
        cr_assert_str_eq(frames[0].function, "made.Holder.__new__");
        cr_assert_eq(name(MADE_STRIPPED, 6), 1);
        cr_assert_str_eq(frames[0].function, "made.Holder.__dealloc__");
}

Test(cython, a_wrapper_that_was_not_inlined_is_known_as_one)
{
        struct frame inner = {.function = "demo.f", .raw = "__pyx_pf_4demo_f", .language = LANGUAGE_CYTHON},
                     outer = inner;

        outer.raw = "__pyx_pw_4demo_1f";
        cr_assert(frame_is_wrapper(&outer, &inner));
        cr_assert_not(frame_is_wrapper(&inner, &inner)); /* recursion */
        outer.function = "demo.g";
        cr_assert_not(frame_is_wrapper(&outer, &inner));
        outer.function = inner.function;
        outer.language = LANGUAGE_C;
        cr_assert_not(frame_is_wrapper(&outer, &inner));
}
