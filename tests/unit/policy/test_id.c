/* Ids: fixed for ever, blind to what changes for no reason, sharp for what differs */
#include "policy/capture_maker.h"

#include "cli/policy/id.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char *id_of(const char *group, const char *family, size_t n, const char *const *names)
{
        static char id[ID_TEXT_BYTES];
        id_make(group, family, names, n, id);
        return id;
}

/* Computed with XXH128_canonicalFromHash() by a program of its own, over the text of id.h. If this fails, every baseline in the world has become worthless. */
Test(id, the_hash_never_changes)
{
        const char *names[] = { "leaky!push", "leaky!parse", "leaky!main" };
        cr_expect_str_eq(id_of("leak", "malloc", 3, names), "452ee306939ff223");
        cr_expect_str_eq(id_of("mismatch", "new[]", 1, names), "d46cb22164f748f5");
        cr_expect_str_eq(id_of("leak", "none", 0, names), "026e837d197b8e2c");
        char loose[ID_TEXT_BYTES];
        id_make_loose("leak", "malloc", names, 3, loose);
        cr_expect_str_eq(loose, "fffa9a9b7841d7af");
}

/* The finding of a capture with one site. */
static struct finding only(struct capture *capture)
{
        struct options options = made_options();
        struct findings *findings = made_findings(capture, &options);
        cr_assert_eq(findings->n, 1u);
        return findings->all[0];
}

#define LEAK(...)                                                                                                      \
        ({                                                                                                             \
                struct capture *c_ = made_capture();                                                                   \
                struct process *p_ = &c_->processes[0];                                                                \
                made_site(p_, made_stack(p_, WIRE_ENTRY_MALLOC, __VA_ARGS__, NULL), WIRE_VERDICT_DEFINITE, 1, 8);      \
                only(c_);                                                                                              \
        })

Test(id, lines_clones_versions_and_directories_do_not_matter)
{
        struct finding a = LEAK("leaky!grow@leaky.c:6", "libzip.so.1!zip_open@zip.c:9", "leaky!main@leaky.c:11");
        struct finding b = LEAK("/opt/x/leaky!grow.part.0@/opt/x/leaky.c:1006", "libzip.so.2.3!zip_open", "leaky!main");
        cr_expect_str_eq(a.id, b.id);
        cr_expect_not(a.weak);
}

Test(id, parameters_do_not_matter_but_scopes_do)
{
        struct finding a = LEAK("leaky!ns::grow(int)", "leaky!main"), b = LEAK("leaky!ns::grow(long)", "leaky!main");
        struct finding c = LEAK("leaky!other::grow(int)", "leaky!main");
        cr_expect_str_eq(a.id, b.id);
        cr_expect_str_neq(a.id, c.id);
}

Test(id, wrappers_and_allocators_do_not_matter)
{
        struct finding a = LEAK("leaky!grow", "leaky!main"), b = LEAK("leaky!xmalloc", "leaky!grow", "leaky!main");
        struct finding c = LEAK("libc.so.6!strdup", "leaky!grow", "leaky!main");
        cr_expect_str_eq(a.id, b.id);
        cr_expect_str_eq(a.id, c.id);
}

Test(id, what_the_standard_library_does_in_between_does_not_matter)
{
        struct finding a = LEAK("leaky!std::vector<int, std::allocator<int> >::push_back(int&&)", "leaky!grow", "leaky!main");
        struct finding b = LEAK("leaky!grow", "leaky!main"), c = LEAK("leaky!alloc::vec::Vec<T>::push", "leaky!grow", "leaky!main");
        cr_expect_str_eq(a.id, b.id);
        cr_expect_str_eq(a.id, c.id);
        cr_expect_str_eq(a.owner, "leaky");
}

/* glob() calls itself and others; a machine without debug information knows glob alone. */
Test(id, ways_within_the_c_library_do_not_matter)
{
        struct finding a = LEAK("libc.so.6!prefix_array", "libc.so.6!glob_in_dir", "libc.so.6!glob", "leaky!find", "leaky!main");
        struct finding b = LEAK("libc.so.6!", "libc.so.6!glob", "leaky!find", "leaky!main");
        struct finding c = LEAK("libc.so.6!prefix_array", "libc.so.6!wordexp", "leaky!find", "leaky!main");
        struct finding d = LEAK("leaky!make", "libc.so.6!msort_with_tmp", "libc.so.6!qsort", "leaky!main");
        struct finding e = LEAK("leaky!make", "libc.so.6!qsort", "leaky!main");
        cr_expect_str_eq(a.id, b.id);
        cr_expect_str_neq(a.id, c.id);
        cr_expect_str_eq(d.id, e.id);
        cr_expect_not(b.weak);
}

Test(id, another_function_is_another_site)
{
        struct finding a = LEAK("leaky!grow", "leaky!main"), b = LEAK("leaky!shrink", "leaky!main");
        struct finding c = LEAK("leaky!grow", "leaky!parse", "leaky!main");
        cr_expect_str_neq(a.id, b.id);
        cr_expect_str_neq(a.id, c.id);
}

Test(id, only_the_first_five_names_count)
{
        struct finding a = LEAK("leaky!a", "leaky!b", "leaky!c", "leaky!d", "leaky!e", "leaky!f", "leaky!main");
        struct finding b = LEAK("leaky!a", "leaky!b", "leaky!c", "leaky!d", "leaky!e", "leaky!g", "leaky!main");
        struct finding c = LEAK("leaky!a", "leaky!b", "leaky!c", "leaky!d", "leaky!x", "leaky!f", "leaky!main");
        cr_expect_str_eq(a.id, b.id);
        cr_expect_str_neq(a.id, c.id);
}

Test(id, what_is_outside_main_does_not_matter)
{
        struct finding a = LEAK("leaky!grow", "leaky!main", "libc.so.6!__libc_start_call_main", "leaky!_start");
        struct finding b = LEAK("leaky!grow", "leaky!main");
        cr_expect_str_eq(a.id, b.id);
        cr_expect_eq(a.stack.n_frames, 2u);
}

Test(id, a_missing_name_makes_it_weak)
{
        struct finding a = LEAK("leaky!", "leaky!main"), b = LEAK("leaky!", "leaky!main");
        cr_expect(a.weak);
        cr_expect_str_neq(a.id, b.id, "two nameless functions are not one site");
        struct finding cut = LEAK("leaky!grow", "CUT"), whole = LEAK("leaky!grow", "leaky!main", "CUT");
        cr_expect(cut.weak);
        cr_expect_not(whole.weak);
}

Test(id, code_made_at_run_time_may_be_anywhere)
{
        struct finding a = LEAK("leaky!grow", "MADE", "leaky!main"), b = LEAK("leaky!grow", "MADE", "leaky!main");
        cr_assert_neq(a.stack.frames[1]->frame.offset, b.stack.frames[1]->frame.offset);
        cr_expect_str_eq(a.id, b.id);
        cr_expect(a.weak);
}

Test(id, a_moved_site_keeps_its_loose_id)
{
        struct finding a = LEAK("leaky!grow", "leaky!parse", "leaky!main"), b = LEAK("libnew.so!grow", "libnew.so!parse");
        cr_expect_str_neq(a.id, b.id);
        cr_expect_str_eq(a.loose, b.loose);
}

/* Many stacks, each in two dresses: same id within a pair, none shared between pairs. */
Test(id, dresses_do_not_matter_for_any_stack)
{
        enum { N = 2000 };
        static char seen[N][ID_TEXT_BYTES];
        unsigned state = 7;
        for (int i = 0; i < N; i++) {
                char plain[5][64], dressed[5][96];
                for (int k = 0; k < 5; k++) {
                        state = state * 1103515245 + 12345;
                        unsigned r = state >> 8;
                        snprintf(plain[k], sizeof plain[k], "lib%u.so.%u!ns::f%u_%d(int)@a.c:%u", r % 7, r % 3, r % 97, k ? 0 : i,
                                 r % 500);
                        snprintf(dressed[k], sizeof dressed[k], "/x/lib%u.so.9!void ns::f%u_%d<int>(long) [clone .isra.%u]@b.c:%u",
                                 r % 7, r % 97, k ? 0 : i, r % 4, r % 900);
                }
                struct finding a = LEAK(plain[0], plain[1], plain[2], plain[3], plain[4]);
                struct finding b = LEAK(dressed[0], dressed[1], dressed[2], dressed[3], dressed[4]);
                cr_assert_str_eq(a.id, b.id, "%s %s", plain[0], dressed[0]);
                strcpy(seen[i], a.id);
        }
        qsort(seen, N, sizeof *seen, (int (*)(const void *, const void *))strcmp);
        for (int i = 1; i < N; i++)
                cr_assert_str_neq(seen[i - 1], seen[i]);
}
