/* Names of capture files with parts to be filled in */
#include "cli/command/pattern.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(pattern, .timeout = 10);

static void gives(const char *pattern, const char *name, bool counts)
{
        bool did;
        char *filled = pattern_fill(pattern, 42, "/abs/prog", 3, &did);
        cr_assert_str_eq(filled, name);
        cr_assert_eq(did, counts);
        free(filled);
}

Test(pattern, parts_are_filled_in)
{
        char host[256], expected[300];
        gethostname(host, sizeof host);
        snprintf(expected, sizeof expected, "d/%s", host);
        setenv("RANK", "7/8", 1);
        gives("a.cap", "a.cap", false);
        gives("%e.%p.%n", "prog.42.3", true);
        gives("r%q{RANK}-%q{NO_SUCH}%%", "r7_8-%", false);
        gives("d/%h", expected, false);
}

Test(pattern, what_cannot_be_written_is_known_before_anything_runs)
{
        cr_redirect_stderr();
        cr_assert_eq(pattern_check("/tmp/%p"), 0);
        cr_assert_eq(pattern_check("plain"), 0);
        cr_assert_eq(pattern_check("/dev/null"), 0);
        cr_assert_eq(pattern_check("/nowhere/at/all"), -1);
        cr_assert_eq(pattern_check("/etc/passwd/x"), -1);
        cr_assert_eq(pattern_check("/tmp"), -1);
        cr_assert_eq(pattern_check("%z"), -1);
        cr_assert_eq(pattern_check("%q{X"), -1);
        fflush(stderr);
        cr_assert_stderr_eq_str("unfreed: /nowhere/at/all cannot be written: No such file or directory\n"
                                "unfreed: /etc/passwd/x cannot be written: Not a directory\n"
                                "unfreed: /tmp cannot be written: Is a directory\n"
                                "unfreed: -o %z: %z is not known here; use %p %h %e %n %q{VAR} or %%\n"
                                "unfreed: -o %q{X: %q is not known here; use %p %h %e %n %q{VAR} or %%\n");
}
