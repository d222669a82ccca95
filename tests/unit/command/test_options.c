/* What the command line and UNFREED_OPTIONS say */
#include "cli/command/verb.h"
#include "cli/policy/finding.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static struct arguments arguments;
static char *words[16];
static int n_words;
static void forget(void) { unsetenv("UNFREED_OPTIONS"); }
static void drop(void)
{
        arguments_deinit(&arguments);
        while (n_words > 0)
                free(words[--n_words]);
}
TestSuite(options, .init = forget, .fini = drop, .timeout = 10);

static int parse(unsigned verb, ...)
{
        va_list more;
        va_start(more, verb);
        char *word;
        for (n_words = 0; n_words < 15 && (word = va_arg(more, char *)) != NULL;)
                words[n_words++] = strdup(word);
        va_end(more);
        return arguments_parse(&arguments, n_words, words, verb, verb == ON_RUN);
}

Test(options, the_built_in_values_are_those_of_the_contract)
{
        cr_assert_eq(parse(ON_RUN, "prog", NULL), 0);
        const struct options *o = &arguments.options;
        cr_assert_eq(o->error_exitcode, 23);
        cr_assert(o->gate & 1u << RULE_UF001 && o->gate & 1u << RULE_UF105);
        cr_assert_not(o->gate & (1u << RULE_UF002 | 1u << RULE_UF003 | 1u << RULE_UF004));
        cr_assert_not(o->show & 1u << RULE_UF003);
        cr_assert(o->children);
        cr_assert_eq(o->n_targets, 1);
        cr_assert_str_eq(o->targets[0].format, "text");
        cr_assert_str_eq(o->shim_options, "");
}

Test(options, those_after_the_program_are_the_programs)
{
        cr_assert_eq(parse(ON_RUN, "-q", "prog", "-v", "--", "--nonsense", NULL), 0);
        cr_assert_eq(arguments.options.quiet, 1);
        cr_assert_eq(arguments.options.verbose, 0);
        cr_assert_eq(arguments.n_operands, 4);
        cr_assert_str_eq(arguments.operands[3], "--nonsense");
        drop();
        cr_assert_eq(parse(ON_RUN, "-q", "--", "-prog", "--", NULL), 0);
        cr_assert_str_eq(arguments.operands[0], "-prog");
        cr_assert_str_eq(arguments.operands[1], "--");
}

Test(options, a_reporter_takes_them_anywhere)
{
        cr_assert_eq(parse(ON_REPORT, "a.cap", "--show=all", "b.cap", "-qq", NULL), 0);
        cr_assert_eq(arguments.n_operands, 2);
        cr_assert_eq(arguments.options.quiet, 2);
        cr_assert_eq(arguments.options.n_targets, 0);
        cr_assert(arguments.options.show_suppressed);
}

Test(options, arguments_stand_in_the_same_word_or_the_next)
{
        cr_assert_eq(parse(ON_RUN, "-o", "a", "--depth", "7", "--linger=0.5", "-ob", "x", NULL), 0);
        cr_assert_str_eq(arguments.options.output, "b");
        cr_assert_eq(arguments.options.depth, 7);
        cr_assert_eq(arguments.options.linger_seconds, 0.5);
        cr_assert_eq(arguments.n_operands, 1);
}

Test(options, what_the_shim_must_know_is_told_in_its_language)
{
        cr_assert_eq(parse(ON_RUN, "--depth=9", "--children=none", "--python-objects", "--abort-on-error",
                           "--fail=nth:3", "x", NULL), 0);
        cr_assert_str_eq(arguments.options.shim_options,
                         "malloc_context_size=9:children=0:python_objects=1:abort_on_error=1:fail='nth:3'");
        cr_assert_not(arguments.options.children);
}

Test(options, formats_may_be_repeated_and_have_paths)
{
        cr_assert_eq(parse(ON_RUN, "--format=text", "--format=json:a:b.json", "x", NULL), 0);
        cr_assert_eq(arguments.options.n_targets, 2);
        cr_assert_null(arguments.options.targets[0].path);
        cr_assert_str_eq(arguments.options.targets[1].format, "json");
        cr_assert_str_eq(arguments.options.targets[1].path, "a:b.json");
}

Test(options, what_is_wrong_is_one_line_and_nothing_is_done)
{
        cr_redirect_stderr();
        cr_assert_eq(parse(ON_RUN, "--bogus=3", "x", NULL), -1);
        drop();
        cr_assert_eq(parse(ON_REPORT, "--linger=3", "x", NULL), -1);
        drop();
        cr_assert_eq(parse(ON_RUN, "-o", NULL), -1);
        drop();
        cr_assert_eq(parse(ON_RUN, "--error-exitcode=256", "x", NULL), -1);
        drop();
        cr_assert_eq(parse(ON_RUN, "--color=red", "x", NULL), -1);
        drop();
        cr_assert_eq(parse(ON_RUN, "--quiet=yes", "x", NULL), -1);
        drop();
        cr_assert_eq(parse(ON_RUN, "-qz", "x", NULL), -1);
        fflush(stderr);
        cr_assert_stderr_eq_str("unfreed: unknown option --bogus; see `unfreed --help`\n"
                                "unfreed: --linger is no option of this verb; see `unfreed help report`\n"
                                "unfreed: -o needs an argument; see `unfreed --help`\n"
                                "unfreed: --error-exitcode: \"256\" is not what it takes: a number from 0 to 255; see `unfreed --help`\n"
                                "unfreed: --color: \"red\" is not what it takes: one of auto always never; see `unfreed --help`\n"
                                "unfreed: --quiet takes no argument; see `unfreed --help`\n"
                                "unfreed: unknown option -z; see `unfreed --help`\n");
}

Test(options, what_is_no_word_of_an_option_is_told_all_of_them)
{
        cr_redirect_stderr();
        cr_assert_eq(parse(ON_RUN, "--format=xml", "x", NULL), -1);
        drop();
        cr_assert_eq(parse(ON_RUN, "--show=leak,leek", "x", NULL), -1);
        fflush(stderr);
        cr_assert_stderr_eq_str("unfreed: --format: \"xml\" is not what it takes: FORMAT or FORMAT:FILE with one of text, json, "
                                "sarif, junit, github, gitlab, pprof, folded, speedscope, html, valgrind-xml, valgrind-log; see "
                                "`unfreed --help`\n"
                                "unfreed: --show: \"leak,leek\" is not what it takes: words with commas, of leak, possible-leak, "
                                "reachable, unclassified, mismatched-release, double-release, invalid-release, no-gil, "
                                "size-mismatch, wrong, unwatched, suppressed, default, all, none; see `unfreed --help`\n");
}

Test(options, merge_takes_the_name_of_its_output_as_it_is)
{
        cr_assert_eq(parse(ON_MERGE, "-o", "a%z", "x", NULL), 0);
        cr_expect_str_eq(arguments.options.output, "a%z");
        drop();
        cr_assert_eq(parse(ON_MERGE, "--output=b", "x", NULL), 0);
        cr_expect_str_eq(arguments.options.output, "b");
}

Test(options, the_environment_gives_way_to_the_command_line)
{
        setenv("UNFREED_OPTIONS", "color=never:suppressions='a b.supp',verbosity=1 nonsense=3\tlog_path=\"/x:y\"", 1);
        cr_assert_eq(parse(ON_RUN, "--color=always", "--suppressions=c", "x", NULL), 0);
        const struct options *o = &arguments.options;
        cr_assert_eq(o->color, COLOR_ALWAYS);
        cr_assert_eq(o->suppressions.n, 2);
        cr_assert_str_eq(o->suppressions.all[0], "a b.supp");
        cr_assert_str_eq(o->suppressions.all[1], "c");
        cr_assert_eq(o->verbose, 1);
        cr_assert_str_eq(arguments.log_path, "/x:y");
}

Test(options, kinds_are_added_and_taken_away)
{
        uint32_t rules;
        bool suppressed;
        cr_assert_null(kinds_parse("leak,UF102", 0, &rules, &suppressed));
        cr_assert_eq(rules, 1u << RULE_UF001 | 1u << RULE_UF102);
        cr_assert_not(suppressed);
        cr_assert_null(kinds_parse("all,-wrong", 0, &rules, &suppressed));
        cr_assert_eq(rules, 0xfu);
        cr_assert(suppressed);
        cr_assert_null(kinds_parse("-leak", kinds_gating(), &rules, NULL));
        cr_assert_eq(rules, kinds_gating() & ~(1u << RULE_UF001));
        cr_assert_null(kinds_parse("none", kinds_gating(), &rules, NULL));
        cr_assert_eq(rules, 0);
        cr_assert_null(kinds_parse("default,possible", kinds_gating(), &rules, NULL));
        cr_assert_eq(rules, kinds_gating() | 1u << RULE_UF002);
        cr_assert_str_eq(kinds_parse("leak,leaks", 0, &rules, NULL), "leaks");
        static const char *const empty[] = {"", ",", "leak,", ",leak", "leak,,wrong", "-"};
        for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
                cr_assert(kinds_parse(empty[i], kinds_gating(), &rules, NULL), "'%s'", empty[i]);
}

Test(options, a_wish_for_failure_is_checked_before_anything_runs)
{
        static const char *const good[] = {"--fail=nth:1", "--fail=rate:5", "--fail=rate:100:7", "--fail=any:SIZE>=0",
                                           "--fail=realloc:SIZE>=100000", "--fail=operator new[]:SIZE>=1"};
        static const char *const bad[] = {"--fail=", "--fail=nth:0", "--fail=nth:", "--fail=rate:101", "--fail=rate:5:x",
                                          "--fail=mallok:SIZE>=1", "--fail=malloc:SIZE>=", "--fail=malloc:SIZE>=1x",
                                          "--fail=nth:1'"};
        for (size_t i = 0; i < sizeof good / sizeof *good; i++)
                cr_assert_eq(parse(ON_RUN, good[i], "x", NULL), 0, "%s", good[i]);
        cr_redirect_stderr();
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                cr_assert_lt(parse(ON_RUN, bad[i], "x", NULL), 0, "%s", bad[i]);
}
