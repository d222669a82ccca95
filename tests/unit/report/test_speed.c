/* A hundred thousand findings, in every format, in bounded time and memory
 *
 * Each test is a process of its own: what it takes at most is its peak, with the capture and the test's own names.
 */
#include "report/scene.h"

#include "cli/report/report.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { N_FINDINGS = 100000, N_OUTER = 40, SECONDS_MOST = 3, PEAK_MOST_KIB = 300 << 10 };

static double now(void)
{
        struct timespec t;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* the machine may have other work */
        return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Sites as a large program has them: few ways from main, many leaves. */
static struct scene large_scene(void)
{
        struct scene scene = scene_new();
        struct process *p = scene.process;
        uint32_t outer[N_OUTER];
        for (int i = 0; i < N_OUTER; i++) {
                char *a, *b;
                cr_assert(asprintf(&a, "large!ns::Module%d::dispatch(ns::Request const&)@src/module%d.cc:%d", i, i, 100 + i) > 0);
                cr_assert(asprintf(&b, "liblarge.so.1!run_%d@src/run.c:%d", i, i + 1) > 0);
                outer[i] = made_stack(p, WIRE_ENTRY_NONE, a, b, "large!serve@src/serve.c:7", "large!loop@src/serve.c:90",
                                      "large!handle@src/serve.c:120", "large!main@src/main.c:30", NULL);
        }
        for (int i = 0; i < N_FINDINGS; i++) {
                char *leaf, *middle;
                cr_assert(asprintf(&leaf, "large!ns::make_%d(int)@src/file%d.cc:%d", i, i % 500, i % 3000 + 1) > 0);
                cr_assert(asprintf(&middle, "large!ns::call_%d(int)@src/file%d.cc:%d", i % 7000, i % 500, i % 3000 + 2) > 0);
                uint32_t stack = made_stack(p, WIRE_ENTRY_NEW, leaf, middle, NULL);
                p->nodes[stack - 2].parent = outer[i % N_OUTER]; /* of the middle, which was made first */
                made_site(p, stack, WIRE_VERDICT_DEFINITE, 1 + (uint64_t)i % 9, 8 + (uint64_t)i % 4000);
        }
        return scene;
}

ParameterizedTestParameters(speed, every_format)
{
        static char names[12][16];
        char list[256], *rest, *name;
        size_t n = 0;
        strcpy(list, report_formats());
        for (name = strtok_r(list, ", ", &rest); name; name = strtok_r(NULL, ", ", &rest))
                strcpy(names[n++], name);
        return cr_make_param_array(char[16], names, n);
}

ParameterizedTest(char format[16], speed, every_format)
{
        struct scene scene = large_scene();
        struct findings *findings = made_findings(scene.capture, &scene.options);
        cr_assert_eq(findings->n, (size_t)N_FINDINGS);
        FILE *out = tmpfile();
        double begin = now();
        cr_assert(report_write(format, out, (struct report_surface){ 0 }, scene.capture, findings, &scene.options) >= 0);
        double seconds = now() - begin;
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        fprintf(stderr, "# %-12s %5.2f s, %4ld MiB at most, %9ld bytes\n", format, seconds, usage.ru_maxrss >> 10, ftell(out));
        fclose(out);
        cr_expect_lt(seconds, SECONDS_MOST);
        cr_expect_lt(usage.ru_maxrss, PEAK_MOST_KIB);
}

Test(speed, findings_are_made)
{
        struct scene scene = large_scene();
        double begin = now();
        made_findings(scene.capture, &scene.options);
        double seconds = now() - begin;
        fprintf(stderr, "# findings     %5.2f s\n", seconds);
        cr_expect_lt(seconds, SECONDS_MOST);
}
