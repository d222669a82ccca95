/* One capture that shows everything: see scene.h */
#include "report/scene.h"

#include "cli/report/report.h"
#include "report/golden_dir.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

struct scene scene_new(void)
{
        made_root = GOLDEN_DIR;
        struct capture *capture = made_capture();
        return (struct scene){ capture, &capture->processes[0], made_options() };
}

void scene_leaks(struct scene *scene)
{
        struct process *p = scene->process;
        uint32_t push = made_stack(p, WIRE_ENTRY_CALLOC, "leaky!push@leaky.c:6", "leaky!parse@leaky.c:7",
                                   "leaky!main@leaky.c:11", "/lib/libc.so.6!__libc_start_call_main", "leaky!_start", NULL);
        struct site *site = made_site(p, push, WIRE_VERDICT_DEFINITE, 1, 64);
        site->indirect_blocks = 2;
        site->indirect_bytes = 128;
        made_site(p, push, WIRE_VERDICT_INDIRECT, 2, 64);
        made_site(p, made_stack(p, WIRE_ENTRY_MALLOC, "leaky!dup_name@leaky.c:5", "leaky!main@leaky.c:10", NULL),
                  WIRE_VERDICT_DEFINITE, 1, 8);
        made_site(p, made_stack(p, WIRE_ENTRY_MALLOC, "leaky!cache@leaky.c:9", "leaky!main@leaky.c:9", NULL),
                  WIRE_VERDICT_REACHABLE, 1, 1048576);
}

void scene_python(struct scene *scene)
{
        struct process *p = scene->process;
        p->python = (struct wire_python){ .seen = 1, .major = 3, .minor = 11, .micro = 2, .frames = 1 };
        uint32_t birth = made_stack(p, WIRE_ENTRY_PYMEM_MALLOC, "demo.so!demo.mismatch@demo.pyx:12",
                                    "python3.11!PyObject_Vectorcall", "python3.11!_PyEval_EvalFrameDefault",
                                    "python3.11!Py_RunMain", "python3.11!main", "py:use.py!<module>@4;", NULL);
        uint32_t release = made_stack(p, WIRE_ENTRY_FREE, "demo.so!demo.mismatch@demo.pyx:13",
                                      "python3.11!PyObject_Vectorcall", "python3.11!_PyEval_EvalFrameDefault",
                                      "python3.11!Py_RunMain", "python3.11!main", "py:use.py!<module>@4;", NULL);
        made_wrong(p, WIRE_WRONG_MISMATCH, birth, release)->family = WIRE_FAMILY_PYMEM;
}

void scene_wrongs(struct scene *scene)
{
        struct process *p = scene->process;
        uint32_t birth = made_stack(p, WIRE_ENTRY_MALLOC, "leaky!open_it@/abs/w.c:3", "leaky!main@/abs/w.c:30", NULL);
        uint32_t first = made_stack(p, WIRE_ENTRY_FREE, "leaky!close_it@/abs/w.c:9", "leaky!main@/abs/w.c:31", NULL);
        uint32_t second = made_stack(p, WIRE_ENTRY_FREE, "leaky!close_all@/abs/w.c:14", "leaky!main@/abs/w.c:32", NULL);
        struct wire_wrong *wrong = made_wrong(p, WIRE_WRONG_DOUBLE, birth, second);
        wrong->first_release_stack = first;
        wrong->count = 1200;
        wrong = made_wrong(p, WIRE_WRONG_INVALID, birth, second);
        wrong->address = wrong->block + 16;
        wrong->place = WIRE_PLACE_INSIDE;
        made_wrong(p, WIRE_WRONG_INVALID, 0, first)->place = WIRE_PLACE_STACK;
        wrong = made_wrong(p, WIRE_WRONG_INVALID, 0, birth);
        wrong->place = WIRE_PLACE_MODULE;
        wrong->module = 1;
        made_wrong(p, WIRE_WRONG_NO_GIL, 0, made_stack(p, WIRE_ENTRY_PYMEM_FREE, "demo.so!worker@/abs/d.c:7", NULL));
        wrong = made_wrong(p, WIRE_WRONG_SIZE,
                           made_stack(p, WIRE_ENTRY_NEW, "leaky!make(int)@/abs/s.cc:3", "leaky!main@/abs/s.cc:9", NULL),
                           made_stack(p, WIRE_ENTRY_DELETE_SIZED, "leaky!drop(B*)@/abs/s.cc:5", "leaky!main@/abs/s.cc:9", NULL));
        wrong->given_size = 8;
        wrong->family = WIRE_FAMILY_NEW;
}

void scene_rest(struct scene *scene)
{
        struct process *p = made_process(scene->capture, 4712);
        p->ppid = 4711;
        p->dropped[WIRE_DROP_CODES] = 12;
        made_site(p,
                  made_stack(p, WIRE_ENTRY_NEW, "leaky!void ns::Tree<int, std::allocator<int> >::grow<long>(long)@/abs/tree.cc:40",
                             "leaky!ns::walk(ns::Node*)@/abs/tree.cc:7", "leaky!ns::walk(ns::Node*)@/abs/tree.cc:7",
                             "leaky!ns::walk(ns::Node*)@/abs/tree.cc:7", "leaky!ns::walk(ns::Node*)@/abs/tree.cc:7",
                             "/usr/lib/libgreat.so.1!", "/usr/lib/libgreat.so.1!great_run", "leaky!main@/abs/tree.cc:90", NULL),
                  WIRE_VERDICT_DEFINITE, 3000, 5000)
                ->most_bytes = 9000;
        made_site(p, made_stack(p, WIRE_ENTRY_MALLOC, "leaky!inner@/abs/tree.cc:50", "leaky!main@/abs/tree.cc:90", "CUT", NULL),
                  WIRE_VERDICT_POSSIBLE, 1, 100);
        made_site(p, made_stack(p, WIRE_ENTRY_MALLOC, "leaky!held@/abs/tree.cc:51", NULL), WIRE_VERDICT_INDIRECT, 2, 100);
        p = made_process(scene->capture, 4713);
        p->end.how = END_SIGNAL;
        p->end.signal = 9;
        p->judged = WIRE_JUDGED_NOT;
        made_site(p, made_stack(p, WIRE_ENTRY_MALLOC, "leaky!busy@/abs/tree.cc:60", "CUT", NULL), WIRE_VERDICT_UNCLASSIFIED, 4, 10);
}

char *scene_written(const struct scene *scene, const char *format, size_t *ret_bytes)
{
        char *text = NULL;
        FILE *out = open_memstream(&text, ret_bytes);
        struct report_surface surface = { .columns = scene->columns };
        cr_assert(report_write(format, out, surface, scene->capture, made_findings(scene->capture, &scene->options),
                               &scene->options) >= 0);
        fclose(out);
        return text;
}
