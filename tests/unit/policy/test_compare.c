/* Two runs, compared */
#include "cli/policy/compare.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct finding olds[8], news[8];
static struct findings before = {.all = olds}, after = {.all = news};
static struct comparison comparison;

static void put(struct findings *findings, const char *id, const char *loose, uint64_t bytes, uint64_t blocks)
{
        struct finding *finding = &findings->all[findings->n++];
        *finding = (struct finding){.rule = RULE_UF001, .bytes = bytes, .blocks = blocks};
        strcpy(finding->id, id);
        strcpy(finding->loose, loose);
}

static void forget(void) { before.n = after.n = 0; }
static void drop(void) { comparison_deinit(&comparison); }
TestSuite(compare, .init = forget, .fini = drop, .timeout = 10);

static void gives(size_t i, enum change_kind kind, const char *id)
{
        cr_assert_lt(i, comparison.n);
        const struct change *change = &comparison.all[i];
        cr_assert_eq(change->kind, kind, "change %zu is %s", i, change_word(change->kind));
        cr_assert_str_eq((change->after ? change->after : change->before)->id, id);
}

Test(compare, each_finding_is_one_change)
{
        put(&before, "same", "1", 8, 1);
        put(&before, "grows", "2", 8, 1);
        put(&before, "shrinks", "3", 8, 2);
        put(&before, "goes", "4", 8, 1);
        put(&after, "shrinks", "3", 8, 1);
        put(&after, "comes", "5", 8, 1);
        put(&after, "grows", "2", 9, 1);
        put(&after, "same", "1", 8, 1);
        cr_assert_eq(compare_findings(&before, &after, &comparison), 0);
        cr_assert_eq(comparison.n, 5);
        gives(0, CHANGE_NEW, "comes");
        gives(1, CHANGE_GROWN, "grows");
        gives(2, CHANGE_SHRUNK, "shrinks");
        gives(3, CHANGE_GONE, "goes");
        gives(4, CHANGE_SAME, "same");
        cr_assert_eq(comparison.counts[CHANGE_GROWN], 1);
}

Test(compare, what_grew_most_comes_first)
{
        put(&before, "a", "1", 100, 1);
        put(&before, "b", "2", 100, 1);
        put(&after, "a", "1", 150, 2);
        put(&after, "b", "2", 900, 2);
        cr_assert_eq(compare_findings(&before, &after, &comparison), 0);
        gives(0, CHANGE_GROWN, "b");
        gives(1, CHANGE_GROWN, "a");
}

Test(compare, one_that_moved_is_neither_new_nor_gone)
{
        put(&before, "a", "same", 100, 1);
        put(&before, "x", "other", 100, 1);
        put(&after, "b", "same", 100, 1);
        put(&after, "c", "third", 100, 1);
        cr_assert_eq(compare_findings(&before, &after, &comparison), 0);
        cr_assert_eq(comparison.n, 3);
        gives(0, CHANGE_NEW, "c");
        gives(1, CHANGE_MOVED, "b");
        cr_assert_str_eq(comparison.all[1].before->id, "a");
        gives(2, CHANGE_GONE, "x");
}

Test(compare, the_same_site_with_another_rule_is_another_finding)
{
        put(&before, "a", "1", 100, 1);
        put(&after, "a", "1", 100, 1);
        after.all[0].rule = RULE_UF003;
        cr_assert_eq(compare_findings(&before, &after, &comparison), 0);
        cr_assert_eq(comparison.counts[CHANGE_NEW], 1);
        cr_assert_eq(comparison.counts[CHANGE_GONE], 1);
}

Test(compare, nothing_and_nothing_is_no_change)
{
        cr_assert_eq(compare_findings(&before, &after, &comparison), 0);
        cr_assert_eq(comparison.n, 0);
}
