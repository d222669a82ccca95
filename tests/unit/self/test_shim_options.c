/* UNFREED_OPTIONS, parsed in the target */
#include "shim/self/options.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>

Test(shim_options, defaults_are_those_of_the_table)
{
        options_init(NULL);
        cr_assert_eq(options.malloc_context_size, 0);
        cr_assert_eq(options.quarantine_size, 65536);
        cr_assert(options.detect_leaks);
        cr_assert_str_eq(options.color, "auto");
}

Test(shim_options, every_separator_of_the_sanitizers_works)
{
        options_init("malloc_context_size=5,exitcode=7:verbosity=1\nabort_on_error=1 \t detect_leaks=no");
        cr_assert_eq(options.malloc_context_size, 5);
        cr_assert_eq(options.exitcode, 7);
        cr_assert_eq(options.verbosity, 1);
        cr_assert(options.abort_on_error);
        cr_assert_not(options.detect_leaks);
}

Test(shim_options, quoted_values_may_hold_separators)
{
        options_init("log_path='/a b:c,d' suppressions=\"x=y\"");
        cr_assert_str_eq(options.log_path, "/a b:c,d");
        cr_assert_str_eq(options.suppressions, "x=y");
}

Test(shim_options, sizes_have_units)
{
        options_init("quarantine_size=2M");
        cr_assert_eq(options.quarantine_size, 2 << 20);
}

Test(shim_options, the_last_of_a_key_counts)
{
        options_init("exitcode=1:exitcode=2");
        cr_assert_eq(options.exitcode, 2);
}

Test(shim_options, an_unknown_key_is_said_and_skipped)
{
        cr_redirect_stderr();
        options_init("no_such_thing=1:exitcode=9");
        cr_assert_eq(options.exitcode, 9);
        cr_assert_stderr_eq_str("unfreed: unknown option 'no_such_thing' in UNFREED_OPTIONS (help=1 lists them); ignored\n");
}

Test(shim_options, a_senseless_value_is_said_and_skipped)
{
        cr_redirect_stderr();
        options_init("exitcode=999 detect_leaks=perhaps");
        cr_assert_eq(options.exitcode, 0);
        cr_assert(options.detect_leaks);
        cr_assert_stderr_eq_str("unfreed: bad value of 'exitcode' in UNFREED_OPTIONS (help=1 lists them); ignored\n"
                                "unfreed: bad value of 'detect_leaks' in UNFREED_OPTIONS (help=1 lists them); ignored\n");
}

Test(shim_options, text_without_an_end_ends)
{
        cr_redirect_stderr();
        options_init("log_path='never closed");
        cr_assert_str_eq(options.log_path, "never closed");
        options_init("=:=,==");
        options_init("exitcode");
}

Test(shim_options, the_environment_is_read_by_whole_names)
{
        setenv("UF_TEST_VARIABLE", "value", 1);
        cr_assert_str_eq(options_environment("UF_TEST_VARIABLE"), "value");
        cr_assert_null(options_environment("UF_TEST_VARIABL"));
        cr_assert_null(options_environment("UF_TEST_VARIABLE_"));
}

Test(shim_options, the_environment_is_read_before_libc_knows_it)
{
        extern char **environ;
        environ = NULL;
        cr_assert_not_null(options_environment("PATH"));
}
