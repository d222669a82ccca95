/* Every format: well formed whatever the names are */
#include "report/scene.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

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
