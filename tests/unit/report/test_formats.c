/* Every format: well formed whatever the names are */
#include "report/scene.h"

#include "cli/report/report.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct scene scene;

static void begin(void) { scene = scene_new(); }

TestSuite(formats, .init = begin);

static json_t *written_json(const char *format)
{
        size_t n;
        char *text = scene_written(&scene, format, &n);
        json_error_t error;
        json_t *json = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
        cr_assert(json, "%s: line %d: %s\n%s", format, error.line, error.text, text);
        return json;
}

static json_int_t number(json_t *object, const char *key)
{
        cr_assert(json_is_integer(json_object_get(object, key)), "%s is no number", key);
        return json_integer_value(json_object_get(object, key));
}

static const char *text_of(json_t *object, const char *key) { return json_string_value(json_object_get(object, key)); }

Test(formats, json_says_what_the_contract_says)
{
        scene_leaks(&scene);
        json_t *json = written_json("json");
        cr_expect_eq(number(json, "unfreed"), 1);
        cr_expect_str_eq(json_string_value(json_array_get(json_object_get(json, "command"), 0)), "./leaky");
        json_t *process = json_array_get(json_object_get(json, "processes"), 0);
        cr_expect_eq(number(process, "pid"), 4711);
        cr_expect_str_eq(text_of(json_object_get(process, "end"), "how"), "exit");
        cr_expect_eq(number(json_object_get(process, "end"), "code"), 0);
        cr_expect(json_is_null(json_object_get(process, "python")));
        cr_expect_eq(number(json_object_get(process, "totals"), "allocations"), 7);
        json_t *findings = json_object_get(json, "findings"), *first = json_array_get(findings, 0);
        cr_expect_eq(json_array_size(findings), 2u);
        cr_expect_str_eq(text_of(first, "rule"), "UF001");
        cr_expect_str_eq(text_of(first, "kind"), "leak");
        cr_expect_str_eq(text_of(first, "class"), "definite");
        cr_expect_str_eq(text_of(first, "family"), "malloc");
        cr_expect_str_eq(text_of(first, "allocator"), "calloc");
        cr_expect_str_eq(text_of(first, "baseline"), "new");
        cr_expect_eq(number(first, "bytes"), 192);
        cr_expect_eq(number(first, "blocks"), 3);
        cr_expect_eq(number(first, "indirect_blocks"), 2);
        cr_expect(json_is_true(json_object_get(first, "gating")));
        cr_expect(json_is_null(json_object_get(first, "suppressed_by")));
        cr_expect(json_is_null(json_object_get(first, "release_stack")));
        cr_expect(json_is_null(json_object_get(first, "first_release_stack")));
        json_t *frame = json_array_get(json_object_get(first, "stack"), 0);
        cr_expect_str_eq(text_of(frame, "function"), "push");
        cr_expect_str_eq(text_of(frame, "module"), "leaky");
        cr_expect_str_eq(text_of(frame, "file"), "leaky.c");
        cr_expect_eq(number(frame, "line"), 6);
        cr_expect_str_eq(text_of(frame, "language"), "c");
        cr_expect(json_is_false(json_object_get(frame, "inlined")));
        json_t *summary = json_object_get(json, "summary");
        cr_expect_eq(number(summary, "findings"), 2);
        cr_expect_eq(number(summary, "gating"), 2);
        cr_expect_eq(number(summary, "leaked_bytes"), 200);
        cr_expect_eq(number(summary, "leaked_blocks"), 4);
        cr_expect_eq(number(summary, "possible_bytes"), 0);
        cr_expect_eq(number(summary, "reachable_bytes"), 1048576);
        cr_expect_eq(number(summary, "reachable_blocks"), 1);
        cr_expect_eq(number(summary, "suppressed"), 0);
        cr_expect_eq(number(summary, "wrong_releases"), 0);
        cr_expect_eq(number(summary, "exit_status"), 23);
}

Test(formats, json_of_wrong_releases_has_all_their_stacks)
{
        scene_wrongs(&scene);
        json_t *json = written_json("json"), *first = json_array_get(json_object_get(json, "findings"), 0);
        cr_expect_str_eq(text_of(first, "rule"), "UF102");
        cr_expect(json_is_null(json_object_get(first, "class")));
        cr_expect_eq(json_array_size(json_object_get(first, "stack")), 2u);
        cr_expect_eq(json_array_size(json_object_get(first, "release_stack")), 2u);
        cr_expect_eq(json_array_size(json_object_get(first, "first_release_stack")), 2u);
        cr_expect_eq(number(json_object_get(json, "summary"), "wrong_releases"), 6);
}

Test(formats, json_shows_what_is_asked_for)
{
        scene_leaks(&scene);
        scene.options.show |= 1u << RULE_UF003;
        cr_expect_eq(json_array_size(json_object_get(written_json("json"), "findings")), 3u);
        scene.options.show = 1u << RULE_UF101;
        json_t *json = written_json("json");
        cr_expect_eq(json_array_size(json_object_get(json, "findings")), 0u);
        cr_expect_eq(number(json_object_get(json, "summary"), "gating"), 2);
}

/* Names, files, modules, commands and suppressions that break out of whatever is not escaped. */
static const char *const nasty[] = {
        "a\"b'c",
        "]]>",
        "</script><script>alert(1)</script>",
        "<![CDATA[x",
        "line\nbreak\r\ttab",
        "\xff\xfe\xc0\xaf",
        "\xed\xa0\x80",
        "\x01\x02\x1b[31m\x7f",
        "%0A::error::x",
        "semi;colon 42",
        "back\\slash\\",
        "&amp;&#0;",
        "\xef\xbf\xbf\xef\xbf\xbe",
        "--> <!--",
        "${x}`x`",
        "\xe2\x80\xa8\xe2\x80\xa9",
        "| a | b |",
        " ",
};
enum { N_NASTY = sizeof nasty / sizeof *nasty };

static void nasty_scene(void)
{
        struct process *p = scene.process;
        static char *argv[4];
        for (size_t i = 0; i < N_NASTY; i++) {
                char *spec[3];
                for (size_t k = 0; k < 3; k++)
                        cr_assert(asprintf(&spec[k], "lib%s!f%s@d/%s.c:%zu", strchr(nasty[i], '@') ? "x" : nasty[(i + k) % N_NASTY],
                                           nasty[i], nasty[(i + 2 * k) % N_NASTY], i + 1) > 0);
                uint32_t stack = made_stack(p, WIRE_ENTRY_MALLOC, spec[0], spec[1], spec[2], NULL);
                made_site(p, stack, WIRE_VERDICT_DEFINITE, i + 1, 100);
                made_wrong(p, WIRE_WRONG_DOUBLE, stack, made_stack(p, WIRE_ENTRY_FREE, spec[2], NULL))->first_release_stack =
                        made_stack(p, WIRE_ENTRY_FREE, spec[1], NULL);
        }
        for (size_t i = 0; i < 3; i++)
                argv[i] = (char *)nasty[i + 2];
        scene.capture->command = argv;
        p->argv = argv;
        p->argc = 3;
        p->exe = nasty[5];
        p->cwd = nasty[1];
        scene.options.verbose = 1;
}

/* Each alone and all at once, so that one cannot be hidden by another. */
Test(formats, nasty_names_stay_inside_json)
{
        static const char *const all[] = { "json", "sarif", "gitlab", "speedscope" };
        nasty_scene();
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
                json_decref(written_json(all[i]));
}

Test(formats, nasty_names_stay_inside_xml)
{
        static const char *const all[] = { "junit", "valgrind-xml" };
        nasty_scene();
        for (size_t i = 0; i < 2; i++) {
                size_t n;
                char *text = scene_written(&scene, all[i], &n);
                FILE *lint = popen("xmllint --noout - 2>&1", "w");
                fwrite(text, 1, n, lint);
                cr_expect_eq(pclose(lint), 0, "%s", all[i]);
        }
}

Test(formats, nasty_names_stay_on_their_line)
{
        size_t n, lines = 0;
        nasty_scene();
        char *text = scene_written(&scene, "github", &n);
        cr_expect_not(strstr(text, "\n::error::x"));
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++)
                cr_expect_eq(strncmp(line, "::", 2), 0, "%s", line);
        cr_expect_eq(lines, 11u, "ten annotations and what is left");
        text = scene_written(&scene, "folded", &n);
        lines = 0;
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++) {
                char *end, *space = strrchr(line, ' ');
                cr_assert(space);
                strtoul(space + 1, &end, 10);
                cr_expect(end > space + 1 && !*end, "%s", line);
        }
        cr_expect_eq(lines, (size_t)N_NASTY);
}

Test(formats, what_would_mean_something_is_escaped_in_the_way_of_the_format)
{
        size_t n;
        struct process *p = scene.process;
        made_site(p, made_stack(p, WIRE_ENTRY_MALLOC, "leaky!a;b%0Ac\xff@x,y.c:3", NULL), WIRE_VERDICT_DEFINITE, 1, 8);
        cr_expect_str_eq(scene_written(&scene, "folded", &n), "a:b%0Ac\xef\xbf\xbd;[malloc] 8\n");
        char *text = scene_written(&scene, "github", &n);
        cr_expect(strstr(text, "file=x%2Cy.c,line=3,"));
        cr_expect(strstr(text, "a;b%250Ac\xef\xbf\xbd"));
        json_t *finding = json_array_get(json_object_get(written_json("json"), "findings"), 0);
        cr_expect_str_eq(text_of(json_array_get(json_object_get(finding, "stack"), 0), "function"), "a;b%0Ac\xef\xbf\xbd");
}

Test(formats, random_names_stay_inside)
{
        unsigned state = 99;
        scene.options.verbose = 1;
        for (int i = 0; i < 300; i++) {
                char *spec = malloc(48);
                strcpy(spec, "leaky!");
                for (size_t k = 6; k < 40; k++) {
                        state = state * 1103515245 + 12345;
                        spec[k] = (char)(state >> 16 & 0xff);
                        if (!spec[k] || strchr("!@:", spec[k]))
                                spec[k] = '<';
                }
                strcpy(spec + 40, "@a.c:1");
                made_site(scene.process, made_stack(scene.process, WIRE_ENTRY_MALLOC, spec, NULL), WIRE_VERDICT_DEFINITE, 1, 8);
        }
        json_decref(written_json("json"));
        json_decref(written_json("sarif"));
        size_t n;
        char *text = scene_written(&scene, "junit", &n);
        FILE *lint = popen("xmllint --noout - 2>&1", "w");
        fwrite(text, 1, n, lint);
        cr_expect_eq(pclose(lint), 0);
}

Test(formats, sarif_is_one_result_for_a_line_and_has_githubs_hash)
{
        struct process *p = scene.process;
        made_site(p, made_stack(p, WIRE_ENTRY_MALLOC, "leaky!push@leaky.c:6", "leaky!a@leaky.c:7", NULL), WIRE_VERDICT_DEFINITE, 1, 8);
        made_site(p, made_stack(p, WIRE_ENTRY_MALLOC, "leaky!push@leaky.c:6", "leaky!b@leaky.c:8", NULL), WIRE_VERDICT_DEFINITE, 1, 8);
        made_site(p, made_stack(p, WIRE_ENTRY_MALLOC, "leaky!gone@absent.c:6", NULL), WIRE_VERDICT_DEFINITE, 1, 8);
        json_t *run = json_array_get(json_object_get(written_json("sarif"), "runs"), 0);
        json_t *results = json_object_get(run, "results");
        cr_assert_eq(json_array_size(results), 2u);
        json_t *both = json_array_get(results, 0), *absent = json_array_get(results, 1);
        if (json_array_size(json_object_get(both, "codeFlows")) != 2) {
                json_t *swap = both;
                both = absent;
                absent = swap;
        }
        cr_expect_eq(json_array_size(json_object_get(both, "codeFlows")), 2u);
        cr_expect_eq(number(json_object_get(both, "properties"), "bytes"), 16);
        cr_expect(text_of(json_object_get(both, "partialFingerprints"), "primaryLocationLineHash"));
        cr_expect_not(text_of(json_object_get(absent, "partialFingerprints"), "primaryLocationLineHash"),
                      "no source, no hash");
        cr_expect_str_eq(text_of(json_object_get(run, "automationDetails"), "id"), "unfreed/leaky/");
        json_t *uri = json_object_get(json_object_get(json_array_get(json_object_get(both, "locations"), 0), "physicalLocation"),
                                      "artifactLocation");
        cr_expect_str_eq(text_of(uri, "uri"), "leaky.c");
}

Test(formats, gitlab_fingerprints_are_unique)
{
        struct process *p = scene.process;
        uint32_t birth = made_stack(p, WIRE_ENTRY_MALLOC, "leaky!a", NULL);
        made_wrong(p, WIRE_WRONG_MISMATCH, birth, made_stack(p, WIRE_ENTRY_DELETE, "leaky!b", NULL));
        made_wrong(p, WIRE_WRONG_MISMATCH, birth, made_stack(p, WIRE_ENTRY_DELETE, "leaky!c", NULL));
        json_t *json = written_json("gitlab");
        cr_assert_eq(json_array_size(json), 2u);
        cr_expect_str_neq(text_of(json_array_get(json, 0), "fingerprint"), text_of(json_array_get(json, 1), "fingerprint"));
}

Test(formats, junit_fails_what_gates_and_skips_what_is_known)
{
        size_t n;
        scene_leaks(&scene);
        char *text = scene_written(&scene, "junit", &n);
        cr_expect(strstr(text, "tests=\"2\" failures=\"2\" errors=\"0\" skipped=\"0\""));
        cr_expect(strstr(text, "<failure type=\"UF001\" message=\"192 bytes in 3 blocks leaked\">"));
        scene.options.gate = 0;
        text = scene_written(&scene, "junit", &n);
        cr_expect_not(strstr(text, "<failure"));
        cr_expect(strstr(text, "tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"0\""));
        scene.process->n_sites = 0;
        text = scene_written(&scene, "junit", &n);
        cr_expect(strstr(text, "tests=\"1\" failures=\"0\""), "a suite without tests would look broken");
}

Test(formats, pprof_is_gzip_and_ends)
{
        size_t n;
        scene_leaks(&scene);
        scene_rest(&scene);
        char *bytes = scene_written(&scene, "pprof", &n);
        cr_assert_gt(n, 50u);
        cr_expect_eq(memcmp(bytes, "\x1f\x8b", 2), 0);
        FILE *gzip = popen("gzip -t", "w");
        fwrite(bytes, 1, n, gzip);
        cr_expect_eq(pclose(gzip), 0);
}

Test(formats, every_format_writes_an_empty_report)
{
        char names[256], *rest, *name;
        strcpy(names, report_formats());
        for (name = strtok_r(names, ", ", &rest); name; name = strtok_r(NULL, ", ", &rest)) {
                size_t n;
                scene_written(&scene, name, &n);
                cr_expect_str_eq(report_format(name, strlen(name)), name);
        }
        cr_expect_null(report_format("yaml", 4));
        cr_expect_null(report_format("jso", 3));
        json_decref(written_json("sarif"));
        json_decref(written_json("speedscope"));
}

Test(formats, generated_suppressions_suppress_what_they_were_made_from)
{
        char path[] = "/tmp/unfreed-test-XXXXXX";
        const char *paths[] = { path };
        size_t n;
        scene_leaks(&scene);
        scene_wrongs(&scene);
        scene_rest(&scene);
        nasty_scene();
        scene.options.generate_suppressions = true;
        char *text = scene_written(&scene, "text", &n);
        FILE *file = fdopen(mkstemp(path), "w");
        fwrite(text, 1, n, file);
        fclose(file);
        scene.options.suppressions = (struct option_list){ paths, 1 };
        struct findings *findings = made_findings(scene.capture, &scene.options);
        unlink(path);
        cr_expect_gt(findings->n, 10u);
        for (size_t i = 0; i < findings->n; i++)
                cr_expect(findings->all[i].suppressed_by, "%s is not suppressed by\n%s", findings->all[i].id, text);
}

Test(formats, a_suppression_made_from_a_leak_in_main_hides_no_other)
{
        char path[] = "/tmp/unfreed-test-XXXXXX";
        const char *paths[] = { path };
        struct process *p = scene.process;
        size_t n;
        made_site(p, made_stack(p, WIRE_ENTRY_MALLOC, "leaky!main@a.c:3", "leaky!_start", NULL), WIRE_VERDICT_DEFINITE, 1, 8);
        scene.options.generate_suppressions = true;
        char *text = scene_written(&scene, "text", &n);
        FILE *file = fdopen(mkstemp(path), "w");
        fwrite(text, 1, n, file);
        fclose(file);
        made_site(p, made_stack(p, WIRE_ENTRY_MALLOC, "leaky!other@a.c:1", "leaky!main@a.c:4", "leaky!_start", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 16);
        scene.options.suppressions = (struct option_list){ paths, 1 };
        struct findings *findings = made_findings(scene.capture, &scene.options);
        unlink(path);
        cr_assert_eq(findings->n, 2u);
        for (size_t i = 0; i < 2; i++)
                cr_expect_eq(findings->all[i].suppressed_by != NULL, findings->all[i].bytes == 8, "%llu bytes, by\n%s",
                             (unsigned long long)findings->all[i].bytes, text);
}
