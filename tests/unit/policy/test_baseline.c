/* The baseline: known sites pass, new ones do not, the file only ever says what is true */
#include "policy/capture_maker.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct capture *capture;
static struct process *process;
static struct options options;
static char directory[] = "/tmp/unfreed-test-XXXXXX";
static char path[64];

static void begin(void)
{
        capture = made_capture();
        process = &capture->processes[0];
        options = made_options();
        cr_assert(mkdtemp(directory));
        snprintf(path, sizeof path, "%s/baseline", directory);
}

static void end(void)
{
        unlink(path);
        rmdir(directory);
}

TestSuite(baseline, .init = begin, .fini = end);

static void leak(const char *function, uint64_t blocks, uint64_t bytes)
{
        made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, function, "leaky!main", NULL), WIRE_VERDICT_DEFINITE,
                  blocks, bytes);
}

static void init(void)
{
        size_t n;
        struct options without = made_options();
        cr_assert_eq(policy_baseline_init(path, made_findings(capture, &without), &n), 0);
        options.baseline = path;
}

static const char *content(void)
{
        static char text[65536];
        FILE *file = fopen(path, "r");
        cr_assert(file);
        text[fread(text, 1, sizeof text - 1, file)] = 0;
        fclose(file);
        return text;
}

static void content_is(const char *text)
{
        FILE *file = fopen(path, "w");
        fputs(text, file);
        fclose(file);
        options.baseline = path;
}

/* What was changed, as it was printed. */
static const char *rewrite(bool add)
{
        static char text[4096];
        *text = 0;
        FILE *out = fmemopen(text, sizeof text, "w");
        struct policy *policy;
        struct findings *findings;
        cr_assert(policy_open(&options, &policy) >= 0);
        cr_assert(findings_make(policy, capture, NULL, &findings) >= 0);
        cr_assert_eq((add ? policy_baseline_update : policy_baseline_prune)(policy, findings, out), 0);
        fclose(out);
        return text;
}

Test(baseline, known_sites_pass_and_new_ones_do_not)
{
        leak("leaky!old", 1, 8);
        init();
        struct findings *findings = made_findings(capture, &options);
        cr_expect_str_eq(findings->all[0].baseline, "known");
        cr_expect_eq(findings->exit_status, 0);
        leak("leaky!fresh", 1, 8);
        findings = made_findings(capture, &options);
        cr_expect_eq(findings->n_gating, 1u);
        cr_expect_str_eq(findings->all[0].baseline, "new");
        cr_expect_eq(findings->exit_status, 23);
}

Test(baseline, gone_sites_are_said_and_gate_only_when_strict)
{
        leak("leaky!old", 1, 8);
        init();
        process->n_sites = 0;
        struct findings *findings = made_findings(capture, &options);
        cr_expect_eq(findings->n_gone, 1u);
        cr_expect_eq(findings->exit_status, 0);
        options.strict_baseline = true;
        cr_expect_eq(made_findings(capture, &options)->exit_status, 24);
}

Test(baseline, a_moved_site_is_known)
{
        leak("leaky!old", 1, 8);
        init();
        process->n_sites = 0;
        leak("libnew.so!old", 1, 8);
        struct findings *findings = made_findings(capture, &options);
        cr_expect_str_eq(findings->all[0].baseline, "moved");
        cr_expect_eq(findings->exit_status, 0);
        cr_expect_eq(findings->n_gone, 0u);
}

Test(baseline, a_leak_in_another_programs_main_has_not_moved)
{
        leak("leaky!main", 1, 8);
        init();
        process->n_sites = 0;
        leak("other!main", 1, 8);
        cr_expect_str_eq(made_findings(capture, &options)->all[0].baseline, "new");
}

Test(baseline, one_entry_excuses_one_moved_site)
{
        leak("leaky!old", 1, 8);
        init();
        process->n_sites = 0;
        leak("libnew.so!old", 1, 8);
        leak("libother.so!old", 1, 8);
        cr_expect_eq(made_findings(capture, &options)->n_gating, 1u);
}

Test(baseline, a_ratchet_only_tightens)
{
        leak("leaky!old", 2, 8);
        init();
        process->sites[0].blocks = 3;
        process->sites[0].bytes = 24;
        cr_expect_eq(made_findings(capture, &options)->exit_status, 0);
        options.ratchet = RATCHET_BLOCKS;
        cr_expect_str_eq(made_findings(capture, &options)->all[0].baseline, "grown");
        cr_expect_eq(made_findings(capture, &options)->exit_status, 23);
        options.ratchet = RATCHET_BYTES;
        cr_expect_eq(made_findings(capture, &options)->exit_status, 23);
        process->sites[0].blocks = 1;
        process->sites[0].bytes = 8;
        cr_expect_eq(made_findings(capture, &options)->exit_status, 0);
        rewrite(false);
        cr_expect(strstr(content(), "blocks=1 bytes=8 "));
}

Test(baseline, update_adds_and_prunes_and_prune_never_adds)
{
        leak("leaky!old", 1, 8);
        init();
        process->n_sites = 0;
        leak("leaky!fresh", 1, 8);
        rewrite(false);
        cr_expect_not(strstr(content(), "leaky!"));
        rewrite(true);
        cr_expect(strstr(content(), "at=leaky!fresh"));
        cr_expect_not(strstr(content(), "at=leaky!old"));
        cr_expect_eq(made_findings(capture, &options)->exit_status, 0);
}

Test(baseline, update_takes_the_numbers_of_what_grew)
{
        leak("leaky!old", 2, 8);
        init();
        process->sites[0].blocks = 3;
        process->sites[0].bytes = 24;
        cr_expect_str_empty(rewrite(false), "prune raises nothing");
        cr_expect(strstr(content(), "blocks=2 bytes=16 "));
        const char *changes = rewrite(true);
        cr_expect_eq(strncmp(changes, "~ ", 2), 0, "%s", changes);
        cr_expect(strstr(changes, "blocks=3 bytes=24 "), "%s", changes);
        cr_expect(strstr(content(), "blocks=3 bytes=24 "));
        options.ratchet = RATCHET_BLOCKS;
        cr_expect_eq(made_findings(capture, &options)->exit_status, 0);
        options.ratchet = RATCHET_BYTES;
        cr_expect_eq(made_findings(capture, &options)->exit_status, 0);
        cr_expect_str_empty(rewrite(true), "nothing is left to change");
}

Test(baseline, a_ratchet_on_sites_sees_another_line_of_a_known_function)
{
        leak("leaky!old@a.c:10", 1, 8);
        leak("leaky!old@a.c:11", 1, 8);
        init();
        cr_expect(strstr(content(), " places=2 "), "%s", content());
        leak("leaky!old@a.c:12", 1, 8);
        cr_expect_eq(made_findings(capture, &options)->n, 3u);
        cr_expect_eq(made_findings(capture, &options)->exit_status, 0);
        options.ratchet = RATCHET_SITES;
        cr_expect_eq(made_findings(capture, &options)->exit_status, 23);
        cr_expect_str_eq(made_findings(capture, &options)->all[0].baseline, "grown");
        rewrite(true);
        cr_expect(strstr(content(), " places=3 "));
        cr_expect_eq(made_findings(capture, &options)->exit_status, 0);
}

static int init_quietly(void)
{
        size_t n;
        int saved = dup(2), null = open("/dev/null", O_WRONLY);
        dup2(null, 2);
        struct options without = made_options();
        int r = policy_baseline_init(path, made_findings(capture, &without), &n);
        dup2(saved, 2);
        return r;
}

Test(baseline, init_refuses_to_overwrite)
{
        content_is("mine\n");
        cr_expect_lt(init_quietly(), 0);
        cr_expect_str_eq(content(), "mine\n");
}

/* As when another one makes the file between the look and the write: a link to nowhere looks like no file. */
Test(baseline, init_refuses_to_overwrite_what_it_did_not_see)
{
        cr_assert_eq(symlink("nowhere", path), 0);
        cr_expect_lt(init_quietly(), 0);
        char target[16] = "";
        cr_expect_eq(readlink(path, target, sizeof target - 1), 7);
        cr_expect_str_eq(target, "nowhere");
}

Test(baseline, comments_and_reasons_survive)
{
        leak("leaky!old", 1, 8);
        init();
        char text[4096];
        const char *entry = strstr(content(), "\n") ? strrchr(content(), '#') : NULL;
        cr_assert(entry);
        snprintf(text, sizeof text, "%.*s# the parser\n%.*s expires=2999-01-01 # see ticket 7\n# the end\n",
                 (int)(strchr(entry, '\n') + 1 - content()), content(), (int)strcspn(strchr(entry, '\n') + 1, "\n"),
                 strchr(entry, '\n') + 1);
        content_is(text);
        rewrite(true);
        cr_expect_str_eq(content(), text);
}

Test(baseline, an_expired_entry_excuses_nothing)
{
        leak("leaky!old", 1, 8);
        init();
        char text[4096];
        snprintf(text, sizeof text, "%s", content());
        strcpy(strrchr(text, '\n'), " expires=2001-01-01\n");
        content_is(text);
        cr_expect_eq(made_findings(capture, &options)->exit_status, 23);
}

Test(baseline, the_file_is_sorted_with_one_line_for_each_id)
{
        for (int i = 0; i < 50; i++) {
                char *spec;
                cr_assert(asprintf(&spec, "leaky!f%d", i) > 0);
                leak(spec, 1, 8);
        }
        init();
        char last[17] = "";
        int n = 0;
        for (char *line = strtok((char *)content(), "\n"); line; line = strtok(NULL, "\n")) {
                if (*line == '#')
                        continue;
                cr_expect_lt(strncmp(last, line, 16), 0);
                snprintf(last, sizeof last, "%.16s", line);
                n++;
        }
        cr_expect_eq(n, 50);
}

Test(baseline, names_with_spaces_make_one_word)
{
        leak("leaky!operator new_thing#1 %", 1, 8);
        init();
        cr_expect(strstr(content(), "%20"));
        cr_expect_eq(made_findings(capture, &options)->exit_status, 0);
}

static bool is_refused(const char *text)
{
        struct policy *policy;
        content_is(text);
        int saved = dup(2), null = open("/dev/null", O_WRONLY);
        dup2(null, 2);
        bool refused = policy_open(&options, &policy) < 0;
        dup2(saved, 2);
        return refused;
}

Test(baseline, a_malformed_line_is_refused)
{
        cr_expect(is_refused("hello\n"));
        cr_expect(is_refused("0123456789abcde\n"));
        cr_expect(is_refused("0123456789ABCDEF\n"));
        cr_expect(is_refused("0123456789abcdef blocks\n"));
        cr_expect(is_refused("0123456789abcdef blocks=x\n"));
        cr_expect(is_refused("0123456789abcdef loose=x\n"));
        cr_expect(is_refused("0123456789abcdef expires=soon\n"));
        cr_expect(is_refused("0123456789abcdef color=red\n"));
        cr_expect(is_refused("0123456789abcdef\n0123456789abcdef\n"));
        cr_expect(is_refused("<<<<<<< HEAD\n0123456789abcdef\n"));
        cr_expect(is_refused("0123456789abcdef places=two\n"));
        cr_expect_not(is_refused("# a\n\n0123456789abcdef\n"));
        cr_expect_not(is_refused("0123456789abcdef loose=0123456789abcdef kind=leak blocks=1 bytes=8 at=a!b # why\n"));
}
