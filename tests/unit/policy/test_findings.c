/* Findings: what is merged, attributed, gated, put first */
#include "policy/capture_maker.h"

#include "cli/policy/id.h"
#include "cli/policy/judge.h"

#include <criterion/criterion.h>
#include <string.h>

static struct capture *capture;
static struct process *process;
static struct options options;

static void begin(void)
{
        capture = made_capture();
        process = &capture->processes[0];
        options = made_options();
}

TestSuite(findings, .init = begin);

static const struct finding *only(void)
{
        struct findings *findings = made_findings(capture, &options);
        cr_assert_eq(findings->n, 1u, "%zu findings", findings->n);
        return &findings->all[0];
}

static void site(enum wire_verdict verdict, uint64_t blocks, uint64_t bytes, const char *function)
{
        made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, function, "leaky!main", NULL), verdict, blocks, bytes);
}

Test(findings, nothing_alive_is_no_finding)
{
        struct findings *findings = made_findings(capture, &options);
        cr_expect_eq(findings->n, 0u);
        cr_expect_eq(findings->exit_status, 0);
}

Test(findings, a_list_that_lost_its_head_is_one_leak)
{
        site(WIRE_VERDICT_DEFINITE, 1, 64, "leaky!push");
        process->sites[0].indirect_blocks = 2;
        process->sites[0].indirect_bytes = 128;
        site(WIRE_VERDICT_INDIRECT, 2, 64, "leaky!push");
        const struct finding *finding = only();
        cr_expect_eq(finding->rule, RULE_UF001);
        cr_expect_eq(finding->class, WIRE_VERDICT_DEFINITE);
        cr_expect_eq(finding->blocks, 3u);
        cr_expect_eq(finding->bytes, 192u);
        cr_expect_eq(finding->held_blocks, 2u);
        cr_expect_eq(finding->indirect_blocks, 2u);
        cr_expect(finding->gating);
}

Test(findings, the_same_site_in_two_processes_is_one_finding)
{
        site(WIRE_VERDICT_DEFINITE, 1, 8, "leaky!push@leaky.c:6");
        process = made_process(capture, 4712);
        site(WIRE_VERDICT_DEFINITE, 2, 16, "leaky!push@leaky.c:6");
        const struct finding *finding = only();
        cr_expect_eq(finding->blocks, 3u);
        cr_expect_eq(finding->least_bytes, 8u);
        cr_expect_eq(finding->most_bytes, 16u);
        cr_expect_eq(finding->n_processes, 2u);
        cr_expect_eq(finding->processes[1]->pid, 4712);
}

Test(findings, children_can_be_left_out)
{
        process = made_process(capture, 4712);
        site(WIRE_VERDICT_DEFINITE, 2, 16, "leaky!push");
        options.children = false;
        cr_expect_eq(made_findings(capture, &options)->n, 0u);
}

Test(findings, reachable_is_no_leak)
{
        site(WIRE_VERDICT_REACHABLE, 1, 1048576, "leaky!cache");
        struct findings *findings = made_findings(capture, &options);
        cr_expect_eq(findings->all[0].rule, RULE_UF003);
        cr_expect_not(findings->all[0].gating);
        cr_expect_eq(findings->reachable_bytes, 1048576u);
        cr_expect_eq(findings->exit_status, 0);
}

static void hold(uint32_t stack, struct wire_holder holder)
{
        holder.stack = stack;
        holder.verdict = WIRE_VERDICT_REACHABLE;
        process->holders[process->n_holders++] = holder;
}

Test(findings, what_holds_a_reachable_block_has_a_name_where_it_is_shown)
{
        uint32_t item = made_stack(process, WIRE_ENTRY_MALLOC, "leaky!make_item@a.c:1", "leaky!main@a.c:9", NULL);
        uint32_t name = made_stack(process, WIRE_ENTRY_MALLOC, "leaky!make_name@a.c:2", "leaky!main@a.c:9", NULL);
        made_site(process, item, WIRE_VERDICT_REACHABLE, 2, 500);
        made_site(process, name, WIRE_VERDICT_REACHABLE, 2, 50);
        hold(item, (struct wire_holder){.kind = WIRE_HOLDER_MODULE, .module = 1, .address = 0x18});
        hold(name, (struct wire_holder){.kind = WIRE_HOLDER_BLOCK, .other = item});
        cr_assert_null(made_findings(capture, &options)->all[0].holder_name);
        options.show |= 1u << RULE_UF003;
        struct findings *findings = made_findings(capture, &options);
        char wanted[64];
        snprintf(wanted, sizeof wanted, "%.8s, make_item", findings->all[0].id);
        cr_assert_str_eq(findings->all[0].holder_name, "table+0x18");
        cr_assert_str_eq(findings->all[1].holder_name, wanted);
}

Test(findings, possible_does_not_gate_until_asked)
{
        site(WIRE_VERDICT_POSSIBLE, 1, 8, "leaky!inner");
        cr_expect_not(only()->gating);
        options.gate |= 1u << RULE_UF002;
        cr_expect(only()->gating);
}

Test(findings, what_was_alive_where_nobody_could_judge_is_not_accused)
{
        process->judged = WIRE_JUDGED_NOT; /* and it exited: past our doors */
        site(WIRE_VERDICT_UNCLASSIFIED, 1, 8, "leaky!push");
        cr_expect_eq(only()->rule, RULE_UF004);
        cr_expect_eq(only()->class, WIRE_VERDICT_UNCLASSIFIED);
        cr_expect_not(only()->gating);
}

Test(findings, what_nobody_was_to_judge_is_not_accused)
{
        process->judged = WIRE_JUDGED_NOT;
        process->unjudged = WIRE_UNJUDGED_OFF;
        site(WIRE_VERDICT_UNCLASSIFIED, 1, 8, "leaky!push");
        cr_expect_eq(only()->rule, RULE_UF004);
        cr_expect_not(only()->gating);
}

Test(findings, unjudged_after_a_kill_is_unclassified_and_does_not_gate)
{
        static const enum end_how hows[] = { END_SIGNAL, END_RUNNING, END_LOST, END_EXEC };
        process->judged = WIRE_JUDGED_NOT;
        site(WIRE_VERDICT_UNCLASSIFIED, 1, 8, "leaky!push");
        for (size_t i = 0; i < 4; i++) {
                process->end.how = hows[i];
                cr_expect_eq(only()->rule, RULE_UF004);
                cr_expect_not(only()->gating);
        }
}

Test(findings, of_what_has_one_id_the_stack_of_the_most_is_shown)
{
        static const char *const outer[] = {"leaky!few@a.c:10", "leaky!most@a.c:20", "leaky!some@a.c:30"};
        static const uint64_t bytes[] = {1, 100000, 500};
        for (size_t i = 0; i < 3; i++)
                made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, "leaky!a@a.c:1", "leaky!b@a.c:2", "leaky!c@a.c:3",
                                              "leaky!d@a.c:4", "leaky!e@a.c:5", outer[i], NULL),
                          WIRE_VERDICT_DEFINITE, 1, bytes[i]);
        const struct finding *finding = only();
        cr_expect_eq(finding->bytes, 100501u);
        cr_expect_eq(finding->stack.n_frames, 6u);
        cr_expect_str_eq(finding->stack.frames[5]->frame.function, "most");
}

Test(findings, what_was_born_after_the_judgement_is_no_finding)
{
        site(WIRE_VERDICT_UNCLASSIFIED, 1, 8, "leaky!push");
        process->judged = WIRE_JUDGED_WHOLE;
        cr_expect_eq(made_findings(capture, &options)->n, 0u);
        process->judged = WIRE_JUDGED_EARLY; /* the program asked for it, and went on for long, perhaps */
        cr_expect_eq(only()->rule, RULE_UF004);
}

Test(findings, what_a_judgement_left_over_is_not_accused)
{
        site(WIRE_VERDICT_UNCLASSIFIED, 1, 8, "leaky!push");
        process->judged = WIRE_JUDGED_BUDGET;
        cr_expect_eq(only()->rule, RULE_UF004);
        process->judged = WIRE_JUDGED_BEGUN;
        cr_expect_eq(only()->rule, RULE_UF004);
}

static void runtime(const char *a, const char *b, const char *c)
{
        process->judged = WIRE_JUDGED_NOT;
        made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, a, b, c, NULL), WIRE_VERDICT_UNCLASSIFIED, 1, 8);
        const struct finding *finding = only();
        cr_expect_eq(finding->rule, RULE_UF003, "%s", a);
        cr_expect_eq(finding->class, WIRE_VERDICT_RUNTIME);
        process->n_sites = 0;
}

Test(findings, what_the_libraries_keep_for_themselves_is_no_leak)
{
        runtime("libc.so.6!_IO_file_doallocate", "libc.so.6!puts", "leaky!main");
        runtime("libc.so.6!strdup", "libc.so.6!setlocale", "leaky!main");
        runtime("ld-linux-x86-64.so.2!_dl_new_object", "libc.so.6!dlopen", "leaky!main");
        runtime("libstdc++.so.6!", "ld-linux-x86-64.so.2!call_init", "ld-linux-x86-64.so.2!_dl_init");
        runtime("libc.so.6!__add_to_environ", "libc.so.6!setenv", "leaky!main");
}

Test(findings, what_a_library_gave_the_program_is_the_programs)
{
        made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, "libc.so.6!strdup", "leaky!main", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        cr_expect_eq(only()->rule, RULE_UF001);
        process->n_sites = 0;
        made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, "leaky!setlocale", "leaky!main", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        cr_expect_eq(only()->rule, RULE_UF001, "only the library's own function of that name");
}

Test(findings, what_an_allocator_makes_for_itself_is_no_leak)
{
        process->allocator = "/usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4";
        runtime("libtcmalloc_minimal.so.4!MallocExtension::Register(MallocExtension*)", "libtcmalloc_minimal.so.4!",
                "ld-linux-x86-64.so.2!call_init");
        runtime("libtcmalloc_minimal.so.4!grow", "libtcmalloc_minimal.so.4!malloc", "leaky!main");
        runtime("libstdc++.so.6!std::string::reserve", "libtcmalloc_minimal.so.4!init", "libtcmalloc_minimal.so.4!calloc");
}

static void leak(const char *a, const char *b, const char *c)
{
        made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, a, b, c, NULL), WIRE_VERDICT_DEFINITE, 1, 8);
        cr_expect_eq(only()->rule, RULE_UF001, "%s", a);
        process->n_sites = 0;
}

Test(findings, what_has_the_program_within_an_allocator_or_around_its_library_is_the_programs)
{
        process->allocator = "/usr/lib/libtcmalloc_minimal.so.4";
        leak("leaky!push", "leaky!main", NULL);
        leak("leaky!hook", "libtcmalloc_minimal.so.4!malloc", "leaky!main");
        leak("libtcmalloc_minimal.so.4!MallocExtension::GetHeapSample", "leaky!main", NULL);
        leak("libtcmalloc_minimal.so.4!calloc", "leaky!main", NULL);
        leak("libjemalloc.so.2!init", "ld-linux-x86-64.so.2!call_init", NULL); /* it is not behind us */
        process->allocator = "/src/leaky";
        leak("leaky!push", "leaky!malloc", "leaky!main");
        process->allocator = NULL;
        leak("libtcmalloc_minimal.so.4!init", "ld-linux-x86-64.so.2!call_init", NULL);
}

Test(findings, an_operator_new_of_the_program_is_the_entry_point)
{
        made_site(process,
                  made_stack(process, WIRE_ENTRY_MALLOC, "leaky!operator new(unsigned long)",
                             "leaky!operator new[](unsigned long)", "leaky!push", "leaky!main", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        const struct finding *finding = only();
        cr_expect_eq(finding->family, WIRE_FAMILY_NEW_ARRAY);
        cr_expect_eq(finding->stack.entry, WIRE_ENTRY_NEW_ARRAY);
        cr_expect_eq(finding->stack.n_frames, 2u);
}

static void mismatch(enum wire_entry birth_entry, const char *birth, enum wire_entry release_entry, const char *release)
{
        made_wrong(process, WIRE_WRONG_MISMATCH, made_stack(process, birth_entry, birth, "leaky!push", NULL),
                   made_stack(process, release_entry, release, "leaky!drop", NULL));
}

Test(findings, a_mismatch_is_named_with_both_stacks)
{
        mismatch(WIRE_ENTRY_MALLOC, "leaky!a", WIRE_ENTRY_DELETE, "leaky!b");
        const struct finding *finding = only();
        cr_expect_eq(finding->rule, RULE_UF101);
        cr_expect_eq(finding->stack.n_frames, 2u);
        cr_expect_eq(finding->release.n_frames, 2u);
        cr_expect(finding->gating);
        cr_expect_eq(made_findings(capture, &options)->n_wrong, 1u);
}

Test(findings, replaced_operators_are_not_accused)
{
        mismatch(WIRE_ENTRY_MALLOC, "leaky!operator new(unsigned long)", WIRE_ENTRY_DELETE, "leaky!b");
        mismatch(WIRE_ENTRY_NEW, "leaky!a", WIRE_ENTRY_FREE, "leaky!operator delete(void*)");
        mismatch(WIRE_ENTRY_MALLOC, "leaky!_Znam", WIRE_ENTRY_DELETE_ARRAY, "leaky!b");
        mismatch(WIRE_ENTRY_NEW, "leaky!a", WIRE_ENTRY_FREE, "leaky!_ZdlPvm");
        cr_expect_eq(made_findings(capture, &options)->n, 0u);
}

Test(findings, a_replaced_operator_new_given_to_the_wrong_delete_is_accused)
{
        mismatch(WIRE_ENTRY_MALLOC, "leaky!operator new(unsigned long)@leaky.cc:3", WIRE_ENTRY_DELETE_ARRAY,
                 "leaky!b");
        cr_expect_eq(only()->family, WIRE_FAMILY_NEW);
        cr_expect_eq(only()->rule, RULE_UF101);
}

Test(findings, an_operator_new_without_lines_may_have_been_reached_from_new_array)
{
        mismatch(WIRE_ENTRY_MALLOC, "libx.so!operator new(unsigned long)", WIRE_ENTRY_DELETE_ARRAY, "leaky!b");
        cr_expect_eq(made_findings(capture, &options)->n, 0u);
}

Test(findings, two_places_that_release_wrongly_stay_apart_with_one_id)
{
        mismatch(WIRE_ENTRY_MALLOC, "leaky!a", WIRE_ENTRY_DELETE, "leaky!b");
        mismatch(WIRE_ENTRY_MALLOC, "leaky!a", WIRE_ENTRY_DELETE, "leaky!c");
        struct findings *findings = made_findings(capture, &options);
        cr_assert_eq(findings->n, 2u);
        cr_expect_str_eq(findings->all[0].id, findings->all[1].id);
}

Test(findings, two_lines_of_a_function_are_two_findings_with_one_id)
{
        site(WIRE_VERDICT_DEFINITE, 1, 8, "leaky!push@leaky.c:6");
        site(WIRE_VERDICT_DEFINITE, 1, 16, "leaky!push@leaky.c:7");
        site(WIRE_VERDICT_DEFINITE, 2, 16, "leaky!push@leaky.c:7");
        struct findings *findings = made_findings(capture, &options);
        cr_assert_eq(findings->n, 2u);
        cr_expect_str_eq(findings->all[0].id, findings->all[1].id);
        cr_expect_eq(findings->all[0].blocks, 3u);
}

Test(findings, two_ways_to_one_line_are_one_finding)
{
        made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, "leaky!push@l.c:6", "leaky!a@l.c:1", "leaky!b@l.c:1", "leaky!c@l.c:1",
                                      "leaky!d@l.c:1", "leaky!e@l.c:1", "leaky!main@l.c:10", NULL), WIRE_VERDICT_DEFINITE, 1, 8);
        made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, "leaky!push@l.c:6", "leaky!a@l.c:2", "leaky!b@l.c:2", "leaky!c@l.c:2",
                                      "leaky!d@l.c:2", "leaky!f@l.c:2", "leaky!main@l.c:11", NULL), WIRE_VERDICT_DEFINITE, 1, 8);
        cr_expect_eq(only()->blocks, 2u);
}

Test(findings, worst_comes_first)
{
        site(WIRE_VERDICT_REACHABLE, 1, 1000000, "leaky!cache");
        site(WIRE_VERDICT_DEFINITE, 1, 8, "leaky!small");
        site(WIRE_VERDICT_DEFINITE, 1, 800, "leaky!large");
        site(WIRE_VERDICT_POSSIBLE, 1, 8000, "leaky!inner");
        mismatch(WIRE_ENTRY_MALLOC, "leaky!a", WIRE_ENTRY_DELETE, "leaky!b");
        made_wrong(process, WIRE_WRONG_DOUBLE, made_stack(process, WIRE_ENTRY_MALLOC, "leaky!twice", NULL),
                   made_stack(process, WIRE_ENTRY_FREE, "leaky!again", NULL));
        struct findings *findings = made_findings(capture, &options);
        static const enum rule order[] = { RULE_UF102, RULE_UF101, RULE_UF001, RULE_UF001, RULE_UF002, RULE_UF003 };
        cr_assert_eq(findings->n, 6u);
        for (size_t i = 0; i < 6; i++)
                cr_expect_eq(findings->all[i].rule, order[i], "place %zu", i);
        cr_expect_eq(findings->all[2].bytes, 800u);
        cr_expect_eq(findings->leaked_bytes, 808u);
        cr_expect_eq(findings->n_gating, 4u);
}

Test(findings, who_leads_lost_blocks_comes_before_them)
{
        site(WIRE_VERDICT_INDIRECT, 1, 5000, "leaky!buffer");
        site(WIRE_VERDICT_DEFINITE, 1, 100, "leaky!alone");
        site(WIRE_VERDICT_DEFINITE, 1, 16, "leaky!lead");
        process->sites[2].indirect_blocks = 1;
        process->sites[2].indirect_bytes = 5000;
        site(WIRE_VERDICT_DEFINITE, 1, 60, "leaky!push"); /* 120 with its own, which are not counted twice */
        process->sites[3].indirect_blocks = 1;
        process->sites[3].indirect_bytes = 60;
        site(WIRE_VERDICT_INDIRECT, 1, 60, "leaky!push");
        site(WIRE_VERDICT_DEFINITE, 1, 150, "leaky!other");
        struct findings *findings = made_findings(capture, &options);
        static const uint64_t order[] = { 16, 150, 120, 100, 5000 };
        cr_assert_eq(findings->n, 5u);
        for (size_t i = 0; i < 5; i++)
                cr_expect_eq(findings->all[i].bytes, order[i], "place %zu", i);
}

Test(findings, invalid_releases_of_different_kinds_are_told_apart)
{
        static const enum wire_place places[] = { WIRE_PLACE_STACK, WIRE_PLACE_MODULE, WIRE_PLACE_STACK };
        for (size_t i = 0; i < 3; i++)
                made_wrong(process, WIRE_WRONG_INVALID, 0, made_stack(process, WIRE_ENTRY_FREE, "leaky!drop", "leaky!main", NULL))
                        ->place = places[i];
        struct findings *findings = made_findings(capture, &options);
        cr_assert_eq(findings->n, 2u);
        cr_expect_eq(findings->all[0].wrong->place, WIRE_PLACE_STACK);
        cr_expect_eq(findings->all[0].count, 2u);
        cr_expect_eq(findings->all[1].wrong->place, WIRE_PLACE_MODULE);
}

Test(findings, a_conversion_whose_descriptor_is_lost_is_a_leak)
{
        made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, "/lib/libc.so.6!__gconv_open", "/lib/libc.so.6!iconv_open",
                                      "leaky!main", NULL), WIRE_VERDICT_DEFINITE, 1, 96);
        cr_expect_eq(only()->rule, RULE_UF001);
        process->n_sites = 0;
        made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, "/lib/libc.so.6!__gconv_open", "/lib/libc.so.6!fopen",
                                      "leaky!main", NULL), WIRE_VERDICT_DEFINITE, 1, 96);
        cr_expect_eq(only()->rule, RULE_UF003);
}

Test(findings, a_program_may_be_called_as_the_loader_is)
{
        made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, "/src/ld!main", NULL), WIRE_VERDICT_DEFINITE, 1, 40);
        cr_expect_eq(only()->rule, RULE_UF001);
        process->n_sites = 0;
        made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, "/lib/ld-2.31.so!map_object", NULL), WIRE_VERDICT_DEFINITE, 1, 40);
        cr_expect_eq(only()->rule, RULE_UF003);
}

Test(findings, the_gate_decides_the_status)
{
        site(WIRE_VERDICT_DEFINITE, 1, 8, "leaky!push");
        cr_expect_eq(made_findings(capture, &options)->exit_status, 23);
        options.error_exitcode = 7;
        cr_expect_eq(made_findings(capture, &options)->exit_status, 7);
        options.error_exitcode = 0;
        cr_expect_eq(made_findings(capture, &options)->exit_status, 0);
        options.error_exitcode = 23;
        process->end.how = END_SIGNAL;
        cr_expect_eq(made_findings(capture, &options)->exit_status, 0, "the runner dies of the same signal");
}

Test(findings, only_modules_works_on_the_owner)
{
        const char *globs[] = { "libzip*" };
        options.only_modules = (struct option_list){ globs, 1 };
        site(WIRE_VERDICT_DEFINITE, 1, 8, "leaky!push");
        made_site(process, made_stack(process, WIRE_ENTRY_MALLOC, "libc.so.6!strdup", "libzip.so.1!open", "leaky!main", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 16);
        cr_expect_eq(only()->bytes, 16u);
        cr_expect_str_eq(only()->owner, "libzip.so.1");
}

/* A Python program: the interpreter's loop and what it runs. */
static void python(unsigned minor)
{
        process->python.seen = 1;
        process->python.major = 3;
        process->python.minor = (uint8_t)minor;
}

static void functions_are(const struct stack *stack, const char *expected)
{
        char all[1024] = "";
        for (size_t i = 0; i < stack->n_frames; i++) {
                if (i)
                        strcat(all, " ");
                strcat(all, stack->frames[i]->frame.function);
        }
        cr_expect_str_eq(all, expected);
}

Test(findings, each_evaluation_is_its_python_frame)
{
        python(10);
        made_site(process,
                  made_stack(process, WIRE_ENTRY_MALLOC, "demo.so!leak", "libpython3.10.so.1.0!_PyEval_EvalFrameDefault",
                             "libpython3.10.so.1.0!PyObject_Call", "libpython3.10.so.1.0!_PyEval_EvalFrameDefault.cold",
                             "py:/src/use.py!inner@4", "py:/src/use.py!<module>@9", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        functions_are(&only()->stack, "leak inner PyObject_Call <module>");
}

Test(findings, one_evaluation_runs_frames_up_to_its_entry)
{
        python(12);
        made_site(process,
                  made_stack(process, WIRE_ENTRY_MALLOC, "demo.so!leak", "python3.12!_PyEval_EvalFrameDefault",
                             "demo.so!callback", "python3.12!_PyEval_EvalFrameDefault", "py:/src/use.py!a@1",
                             "py:/src/use.py!b@2;", "py:/src/use.py!c@3", "py:/src/use.py!<module>@4;", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        functions_are(&only()->stack, "leak a b callback c <module>");
}

Test(findings, python_frames_without_an_evaluation_go_where_the_interpreter_begins)
{
        python(12);
        made_site(process,
                  made_stack(process, WIRE_ENTRY_MALLOC, "demo.so!leak", "python3.12!", "leaky!main",
                             "py:/src/use.py!a@1", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        const struct finding *finding = only();
        cr_expect_str_eq(finding->stack.frames[1]->frame.function, "a");
}

/* How CPython imports is its own affair, and another one with each version: neither the id nor the place has to do with it. */
Test(findings, the_import_system_is_the_interpreters)
{
        python(12);
        made_site(process,
                  made_stack(process, WIRE_ENTRY_MALLOC, "demo.so!leak", "python3.12!_PyEval_EvalFrameDefault",
                             "py:/src/a.py!<module>@1", "py:<frozen importlib._bootstrap_external>!exec_module@940",
                             "py:<frozen importlib._bootstrap>!_find_and_load@1178", "py:/src/use.py!<module>@4;", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        char id[ID_TEXT_BYTES];
        const struct finding *finding = only();
        strcpy(id, finding->id);
        functions_are(&finding->stack, "leak <module> exec_module _find_and_load <module>");
        for (size_t i = 0; i < finding->stack.n_frames; i++)
                cr_expect_eq((finding->stack.frames[i]->marks & MARK_INTERPRETER) != 0, i == 2 || i == 3);
        process->n_sites = 0;
        made_site(process,
                  made_stack(process, WIRE_ENTRY_MALLOC, "demo.so!leak", "python3.12!_PyEval_EvalFrameDefault",
                             "py:/src/a.py!<module>@1", "py:<frozen importlib._bootstrap>!_load@1",
                             "py:/src/use.py!<module>@4;", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        cr_expect_str_eq(only()->id, id);
}

/* Which function of C a Python function calls is said by its own frame, not by what is between. */
static const char *id_by_ctypes(const char *caller)
{
        process->n_sites = 0;
        made_site(process,
                  made_stack(process, WIRE_ENTRY_MALLOC, "libffi.so.8!ffi_call_unix64", "libffi.so.8!ffi_call_int",
                             "libffi.so.8!ffi_call", "_ctypes.cpython-311-x86_64-linux-gnu.so!_call_function_pointer",
                             "_ctypes.cpython-311-x86_64-linux-gnu.so!_ctypes_callproc", "python3.12!_PyEval_EvalFrameDefault",
                             caller, "py:/src/use.py!<module>@4;", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 123);
        return only()->id;
}

Test(findings, what_ctypes_calls_is_told_apart_by_who_called_ctypes)
{
        python(12);
        char a[ID_TEXT_BYTES];
        strcpy(a, id_by_ctypes("py:/src/use.py!a@1"));
        cr_expect_str_neq(id_by_ctypes("py:/src/use.py!b@2"), a);
        cr_expect_str_eq(id_by_ctypes("py:/src/use.py!a@1"), a);
}

Test(findings, the_interpreters_own_blocks_are_no_leaks)
{
        python(12);
        made_site(process,
                  made_stack(process, WIRE_ENTRY_PYMEM_RAW_MALLOC, "python3.12!dict_resize", "python3.12!_PyEval_EvalFrameDefault",
                             "py:/src/use.py!<module>@4;", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        cr_expect_eq(only()->rule, RULE_UF003);
}

Test(findings, an_extensions_block_is_a_leak_but_its_modules_state_is_not)
{
        python(12);
        made_site(process,
                  made_stack(process, WIRE_ENTRY_PYMEM_MALLOC, "demo.so!leak", "python3.12!_PyEval_EvalFrameDefault",
                             "py:/src/use.py!<module>@4;", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        cr_expect_eq(only()->rule, RULE_UF001);
        process->n_sites = 0;
        made_site(process,
                  made_stack(process, WIRE_ENTRY_PYMEM_MALLOC, "demo.so!PyInit_demo", "python3.12!_PyEval_EvalFrameDefault",
                             "py:/src/use.py!<module>@4;", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        cr_expect_eq(only()->rule, RULE_UF003);
}

/* cython --embed: all that the program does is done in its module's body. */
Test(findings, the_body_of_a_module_that_is_the_program_is_the_program)
{
        python(11);
        made_site(process,
                  made_stack(process, WIRE_ENTRY_PYMEM_MALLOC, "app!work", "libpython3.11.so.1.0!", "app!__pyx_pymod_exec_app",
                             "libpython3.11.so.1.0!PyModule_ExecDef", "app!__Pyx_main", "app!main", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 600);
        cr_expect_eq(only()->rule, RULE_UF001);
        process->n_sites = 0;
        made_site(process,
                  made_stack(process, WIRE_ENTRY_PYMEM_MALLOC, "demo.so!work", "demo.so!__pyx_pymod_exec_demo",
                             "libpython3.11.so.1.0!PyModule_ExecDef", "libpython3.11.so.1.0!PyImport_ImportModule",
                             "app!main", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 600);
        cr_expect_eq(only()->rule, RULE_UF003);
}

Test(findings, what_an_embedded_interpreter_makes_of_itself_is_its_own)
{
        python(12);
        made_site(process,
                  made_stack(process, WIRE_ENTRY_PYOBJECT_MALLOC, "libpython3.12!new_keys", "libpython3.12!Py_InitializeEx",
                             "game!begin", "game!main", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8)
                ->family = WIRE_FAMILY_PYOBJECT;
        cr_expect_eq(only()->rule, RULE_UF003);
        process->n_sites = 0;
        made_site(process,
                  made_stack(process, WIRE_ENTRY_PYOBJECT_MALLOC, "libpython3.12!PyList_New", "game!begin", "game!main", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8)
                ->family = WIRE_FAMILY_PYOBJECT;
        cr_expect_eq(only()->rule, RULE_UF001);
}

static enum rule of_raw(uint64_t bytes, const char *innermost, const char *next)
{
        process->n_sites = 0;
        made_site(process,
                  made_stack(process, WIRE_ENTRY_PYMEM_RAW_MALLOC, innermost, next, "demo.so!keep",
                             "libpython3.12!_PyEval_EvalFrameDefault", "py:/src/use.py!<module>@4;", NULL),
                  WIRE_VERDICT_DEFINITE, 1, bytes)
                ->family = WIRE_FAMILY_PYMEM_RAW;
        return only()->rule;
}

Test(findings, what_tracemalloc_notes_is_its_own_but_not_what_it_watches)
{
        python(12);
        cr_expect_eq(of_raw(40, "libpython3.12!traceback_new", "libpython3.12!tracemalloc_alloc"), RULE_UF003);
        cr_expect_eq(of_raw(36, "libpython3.12!tracemalloc_alloc", "libpython3.12!tracemalloc_raw_alloc"), RULE_UF001);
        cr_expect_eq(of_raw(36, "libpython3.12!", "libpython3.12!"), RULE_UF003, "without names it may be one");
        cr_expect_eq(of_raw(40, "libpython3.12!", "libpython3.12!"), RULE_UF001, "it has not the size of one");
        cr_expect_eq(of_raw(36, "libpython3.12!", "libpython3.12!Py_DecodeLocale"), RULE_UF001, "called by name");
}

/* One call of PyMem_RawMalloc: the block that it gives, and two functions further in what tracemalloc notes about it. */
Test(findings, a_block_of_the_size_of_a_note_is_told_from_one_by_what_else_the_call_led_to)
{
        python(12);
        const char *spec = "libpython3.12!";
        uint32_t loop = made_frame(process, "libpython3.12!_PyEval_EvalFrameDefault", 0);
        uint32_t call = made_frame(process, "demo.so!keep", loop), tracing = made_frame(process, spec, call);
        uint32_t block = made_entry(process, WIRE_ENTRY_PYMEM_RAW_MALLOC, made_frame(process, spec, tracing));
        uint32_t noting = made_frame(process, spec, made_frame(process, spec, tracing));
        uint32_t note = made_entry(process, WIRE_ENTRY_PYMEM_RAW_MALLOC, noting);
        for (int i = 0; i < 2; i++) {
                process->n_sites = 0;
                made_site(process, i ? note : block, WIRE_VERDICT_DEFINITE, 1, 36)->family = WIRE_FAMILY_PYMEM_RAW;
                cr_expect_eq(only()->rule, i ? RULE_UF003 : RULE_UF001);
        }
}

Test(findings, what_the_interpreter_asks_malloc_for_is_its_own)
{
        python(12);
        made_site(process,
                  made_stack(process, WIRE_ENTRY_MALLOC, "libpython3.12!_PyMem_RawWcsdup", "libpython3.12!Py_Initialize",
                             "demo.so!keep", "libpython3.12!_PyEval_EvalFrameDefault", "py:/src/use.py!<module>@4;", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        cr_expect_eq(only()->rule, RULE_UF003);
        process->n_sites = 0;
        made_site(process,
                  made_stack(process, WIRE_ENTRY_MALLOC, "demo.so!keep", "libpython3.12!call",
                             "libpython3.12!_PyEval_EvalFrameDefault", "py:/src/use.py!<module>@4;", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        cr_expect_eq(only()->rule, RULE_UF001);
}

static void objects(uint32_t stack, enum wire_verdict verdict, const char *name, uint64_t blocks)
{
        /* A name stands in the text, whose offset 0 is the empty one. */
        size_t at = process->text_bytes ? process->text_bytes : 1;
        process->text = realloc(process->text, at + strlen(name) + 1);
        strcpy(process->text + at, name);
        process->text_bytes = at + strlen(name) + 1;
        process->holders[process->n_holders++] = (struct wire_holder){
                .stack = stack, .kind = WIRE_HOLDER_TYPE, .verdict = (uint8_t)verdict, .blocks = blocks, .bytes = 56 * blocks,
                .other = (uint32_t)at };
}

Test(findings, lost_objects_are_counted_by_type)
{
        python(12);
        uint32_t stack = made_stack(process, WIRE_ENTRY_PYOBJECT_MALLOC, "demo.so!keep", "python3.12!_PyEval_EvalFrameDefault",
                                    "py:/src/use.py!<module>@4;", NULL);
        made_site(process, stack, WIRE_VERDICT_DEFINITE, 9, 56)->family = WIRE_FAMILY_PYOBJECT;
        made_site(process, stack, WIRE_VERDICT_INDIRECT, 5, 56)->family = WIRE_FAMILY_PYOBJECT;
        objects(stack, WIRE_VERDICT_DEFINITE, "dict", 2);
        objects(stack, WIRE_VERDICT_INDIRECT, "list", 5);
        objects(stack, WIRE_VERDICT_DEFINITE, "list", 3);
        objects(stack, WIRE_VERDICT_DEFINITE, "list", 1);
        const struct finding *finding = only();
        cr_assert_eq(finding->n_types, 2u);
        cr_expect_str_eq(finding->types[0].name, "list");
        cr_expect_eq(finding->types[0].blocks, 9u);
        cr_expect_eq(finding->types[0].bytes, 9u * 56);
        cr_expect_str_eq(finding->types[1].name, "dict");
        cr_expect_eq(finding->types[1].blocks, 2u);
}

static enum severity mixed(enum wire_entry born, uint64_t bytes, enum wire_entry released)
{
        process->n_wrongs = 0;
        mismatch(born, "demo.so!a", released, "demo.so!b");
        process->wrongs[0].size = bytes;
        return only()->severity;
}

Test(findings, mixing_cpythons_functions_is_as_bad_as_what_it_does)
{
        python(12);
        cr_expect_eq(mixed(WIRE_ENTRY_PYMEM_MALLOC, 40, WIRE_ENTRY_PYOBJECT_FREE), SEVERITY_LOW);
        cr_expect_eq(mixed(WIRE_ENTRY_PYOBJECT_MALLOC, 4000, WIRE_ENTRY_PYMEM_FREE), SEVERITY_LOW);
        cr_expect_eq(mixed(WIRE_ENTRY_MALLOC, 40, WIRE_ENTRY_PYMEM_FREE), SEVERITY_MEDIUM);
        cr_expect_eq(mixed(WIRE_ENTRY_PYMEM_RAW_MALLOC, 40, WIRE_ENTRY_FREE), SEVERITY_MEDIUM);
        cr_expect_eq(mixed(WIRE_ENTRY_PYMEM_MALLOC, 513, WIRE_ENTRY_FREE), SEVERITY_MEDIUM);
        cr_expect_eq(mixed(WIRE_ENTRY_PYMEM_MALLOC, 512, WIRE_ENTRY_FREE), SEVERITY_HIGH);
        cr_expect_eq(mixed(WIRE_ENTRY_PYMEM_MALLOC, 40, WIRE_ENTRY_PYMEM_RAW_FREE), SEVERITY_HIGH);
        cr_expect_eq(mixed(WIRE_ENTRY_MALLOC, 40, WIRE_ENTRY_DELETE), SEVERITY_HIGH);
}

Test(findings, a_mix_that_nobody_suffers_from_comes_last_of_what_gates)
{
        python(12);
        mismatch(WIRE_ENTRY_PYMEM_MALLOC, "demo.so!a", WIRE_ENTRY_PYOBJECT_FREE, "demo.so!b");
        mismatch(WIRE_ENTRY_PYMEM_RAW_MALLOC, "demo.so!c", WIRE_ENTRY_FREE, "demo.so!d");
        mismatch(WIRE_ENTRY_PYMEM_MALLOC, "demo.so!e", WIRE_ENTRY_FREE, "demo.so!f");
        for (int i = 0; i < 3; i++)
                process->wrongs[i].size = 40;
        site(WIRE_VERDICT_DEFINITE, 1, 8, "leaky!small");
        struct findings *findings = made_findings(capture, &options);
        cr_assert_eq(findings->n, 4u);
        cr_expect_eq(findings->all[0].severity, SEVERITY_HIGH);
        cr_expect_eq(findings->all[1].severity, SEVERITY_MEDIUM);
        cr_expect_eq(findings->all[2].rule, RULE_UF001);
        cr_expect_eq(findings->all[3].severity, SEVERITY_LOW);
        cr_expect(findings->all[3].gating);
}
