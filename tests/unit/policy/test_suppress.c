/* Suppressions: three languages, each line either understood or refused */
#include "policy/capture_maker.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct capture *capture;
static struct process *process;
static struct options options;
static char path[] = "/tmp/unfreed-test-XXXXXX";
static const char *paths[] = { path };

static void begin(void)
{
        capture = made_capture();
        process = &capture->processes[0];
        options = made_options();
        options.suppressions = (struct option_list){ paths, 1 };
        close(mkstemp(path));
}

static void end(void) { unlink(path); }

TestSuite(suppress, .init = begin, .fini = end);

static void file_is(const char *text)
{
        FILE *file = fopen(path, "w");
        fputs(text, file);
        fclose(file);
}

/* Is the only finding suppressed under this file? */
static bool suppresses(const char *text)
{
        file_is(text);
        struct findings *findings = made_findings(capture, &options);
        cr_assert_eq(findings->n, 1u);
        return findings->all[0].suppressed_by != NULL;
}

/* Is the file refused? */
static bool is_refused(const char *text)
{
        struct policy *policy;
        file_is(text);
        int saved = dup(2), null = open("/dev/null", O_WRONLY);
        dup2(null, 2);
        bool refused = policy_open(&options, &policy) < 0;
        dup2(saved, 2);
        return refused;
}

static void leak(void)
{
        made_site(process,
                  made_stack(process, WIRE_ENTRY_CALLOC, "leaky!ns::push(int)@list.c:6", "/usr/lib/libzip.so.4!zip_open",
                             "leaky!main@main.c:11", NULL),
                  WIRE_VERDICT_DEFINITE, 2, 50);
}

Test(suppress, a_pattern_is_looked_for_anywhere_in_any_frame)
{
        leak();
        cr_expect(suppresses("leak:push\n"));
        cr_expect(suppresses("leak:zip_op\n"));
        cr_expect(suppresses("leak:libzip.so\n"));
        cr_expect(suppresses("leak:list.c\n"));
        cr_expect(suppresses("leak:push(int)\n"));
        cr_expect_not(suppresses("leak:pull\n"));
        cr_expect_not(suppresses("leak:calloc\n"), "the allocator is not a frame");
}

Test(suppress, stars_and_anchors)
{
        leak();
        cr_expect(suppresses("leak:z*open\n"));
        cr_expect(suppresses("leak:^zip_open$\n"));
        cr_expect(suppresses("leak:^ns::push$\n"));
        cr_expect(suppresses("leak:^/usr/lib/*zip\n"));
        cr_expect_not(suppresses("leak:^ip_open\n"));
        cr_expect_not(suppresses("leak:zip_ope$\n"));
        cr_expect_not(suppresses("leak:z*close\n"));
}

Test(suppress, comments_blank_lines_and_spaces_are_read_over)
{
        leak();
        cr_expect(suppresses("# why\n\n   leak:push  \r\n"));
        cr_expect_not(suppresses("# leak:push\n"));
        cr_expect(suppresses("leak:push"));
}

Test(suppress, each_kind_suppresses_its_own)
{
        leak();
        cr_expect_not(suppresses("reachable:push\nmismatch:push\ndouble:push\ninvalid:push\nsize:push\ngil:push\n"));
        cr_expect_not(suppresses("py:push\n"));
        process->sites[0].verdict = WIRE_VERDICT_REACHABLE;
        cr_expect(suppresses("reachable:push\n"));
        cr_expect_not(suppresses("leak:push\n"));
}

Test(suppress, a_module_is_the_owner)
{
        leak();
        cr_expect(suppresses("module:leaky\n"));
        cr_expect(suppresses("module:lea*\n"));
        cr_expect_not(suppresses("module:libzip.so.4\n"), "it called, but it does not own");
}

Test(suppress, conditions_are_kept)
{
        leak();
        cr_expect(suppresses("leak:push bytes<=100\n"));
        cr_expect_not(suppresses("leak:push bytes<=99\n"));
        cr_expect(suppresses("leak:push expires=2999-12-31\n"));
        cr_expect_not(suppresses("leak:push expires=2001-01-01 bytes<=100\n"));
        cr_expect(suppresses("leak:push bytes<=100 expires=2999-12-31\n"));
}

Test(suppress, what_was_suppressed_is_counted_by_rule)
{
        leak();
        file_is("leak:pull\nleak:push\nleak:push\n");
        struct findings *findings = made_findings(capture, &options);
        cr_expect_eq(findings->n_suppressions, 3u);
        cr_expect_eq(findings->suppressions[0].findings, 0u);
        cr_expect_eq(findings->suppressions[1].findings, 1u);
        cr_expect_eq(findings->suppressions[1].bytes, 100u);
        cr_expect_eq(findings->suppressions[1].line, 2);
        cr_expect_eq(findings->suppressions[2].findings, 0u, "the first rule that matches is charged");
        cr_expect_eq(findings->leaked_bytes, 0u);
        cr_expect_eq(findings->n_suppressed, 1u);
        cr_expect_eq(findings->exit_status, 0);
}

Test(suppress, valgrind_blocks_match_from_the_allocator_on)
{
        leak();
        cr_expect(suppresses("{\n  a list\n  Memcheck:Leak\n  fun:calloc\n  fun:*push*\n}\n"));
        cr_expect(suppresses("{\n a\n Memcheck:Leak\n match-leak-kinds: definite\n fun:calloc\n ...\n fun:main\n}\n"));
        cr_expect(suppresses("{\n a\n Memcheck:Leak\n ...\n obj:*/libzip.so*\n}\n"));
        cr_expect(suppresses("{\n a\n Memcheck:Leak\n fun:?alloc\n src:list.c:6\n}\n"));
        cr_expect_not(suppresses("{\n a\n Memcheck:Leak\n fun:?alloc\n src:list.c:7\n}\n"));
        cr_expect_not(suppresses("{\n a\n Memcheck:Leak\n fun:malloc\n ...\n}\n"));
        cr_expect_not(suppresses("{\n a\n Memcheck:Leak\n fun:calloc\n fun:main\n}\n"));
        cr_expect_not(suppresses("{\n a\n Memcheck:Leak\n match-leak-kinds: reachable\n fun:calloc\n ...\n}\n"));
        cr_expect_not(suppresses("{\n a\n Memcheck:Free\n fun:calloc\n ...\n}\n"));
        cr_expect_not(suppresses("{\n a\n Memcheck:Leak\n fun:calloc\n fun:*\n fun:*\n fun:*\n fun:*\n}\n"));
}

Test(suppress, valgrind_blocks_of_other_errors_are_read_over)
{
        leak();
        cr_expect(suppresses("{\n a\n Memcheck:Param\n write(buf)\n fun:x\n}\n{\n b\n Helgrind:Race\n fun:y\n}\nleak:push\n"));
        cr_expect(suppresses("{\n a\n Helgrind,Memcheck:Leak\n ...\n fun:main\n}\n"));
}

Test(suppress, valgrind_free_is_a_wrong_release)
{
        made_wrong(process, WIRE_WRONG_MISMATCH, made_stack(process, WIRE_ENTRY_MALLOC, "leaky!a", NULL),
                   made_stack(process, WIRE_ENTRY_DELETE, "leaky!drop", NULL));
        cr_expect(suppresses("{\n a\n Memcheck:Free\n fun:_ZdlPv\n fun:drop\n}\n"));
        cr_expect(suppresses("mismatch:drop\n"));
        cr_expect_not(suppresses("{\n a\n Memcheck:Leak\n fun:_ZdlPv\n fun:drop\n}\n"));
}

Test(suppress, a_malformed_line_is_refused)
{
        cr_expect(is_refused("push\n"));
        cr_expect(is_refused("leek:push\n"));
        cr_expect(is_refused("leak:\n"));
        cr_expect(is_refused("leak: \n"));
        cr_expect(is_refused("leak:push bytes<=many\n"));
        cr_expect(is_refused("leak:push bytes<=-1\n"));
        cr_expect(is_refused("leak:push expires=tomorrow\n"));
        cr_expect(is_refused("leak:push expires=2027-02-31\n"));
        cr_expect(is_refused("{\n a\n Memcheck:Leak\n fun:x\n"));
        cr_expect(is_refused("{\n}\n"));
        cr_expect(is_refused("{\n a\n Leak\n fun:x\n}\n"));
        cr_expect(is_refused("{\n a\n Memcheck:Leak\n}\n"));
        cr_expect(is_refused("{\n a\n Memcheck:Leak\n function:x\n}\n"));
        cr_expect(is_refused("{\n a\n Memcheck:Leak\n fun:\n}\n"));
        cr_expect(is_refused("{\n a\n Memcheck:Leak\n match-leak-kinds: some\n fun:x\n}\n"));
        cr_expect(is_refused("leak:push\n}\n"));
        cr_expect_not(is_refused("leak:push\n"));
}

Test(suppress, a_file_that_is_not_there_is_refused)
{
        const char *nowhere[] = { "/nonexistent/file" };
        options.suppressions = (struct option_list){ nowhere, 1 };
        struct policy *policy;
        cr_expect_lt(policy_open(&options, &policy), 0);
}
