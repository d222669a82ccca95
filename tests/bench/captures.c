/* What one capture of a stack costs, part by part, beside other unwinders: the parts table. Each number is the least of
 * several rounds, in ns. A stack of depth d has d frames between the door and the loop's outermost frame.
 *
 *      same        nothing changed since last time: verified, found
 *      two sites   two places in the innermost function in turn: one frame changes
 *      ten frames  two ways through the ten innermost functions in turn
 *      anew        nothing remembered, rules cached, every frame interned
 *      libunwind   unw_backtrace(), its cache warm        (when libunwind.so.8 is there)
 *      libgcc      _Unwind_Backtrace() with an empty callback
 *
 * Argument: the name of the one row that is wanted.
 */
#include "random.h"

#include "shim/arena/arena.h"
#include "shim/self/thread.h"
#include "shim/stack/memo.h"
#include "shim/stack/stack.h"
#include "wire/family.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unwind.h>

enum { ROUNDS = 15, CALLS = 20000 };

static struct thread self;
static uint32_t volatile sink;
static int (*unw_backtrace)(void **, int);
static _Unwind_Reason_Code (*backtrace_libgcc)(_Unwind_Trace_Fn, void *);

static double now_ns(void)
{
        struct timespec t;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

__attribute__((noinline, optimize("no-omit-frame-pointer"))) static void door(void)
{
        struct stack_start start = STACK_START_HERE();
        sink = stack_capture(&self, &start, wire_word_allocator(WIRE_ENTRY_MALLOC, 0)).n;
}

static void send_nothing(int memfd, size_t bytes) {}
static const struct arena_helper helper = {send_nothing, NULL};

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *n)
{
        ++*(int *)n;
        return _URC_NO_REASON;
}

static NOINLINE void same(long n)
{
        while (n-- > 0)
                door();
}
static NOINLINE void two_sites(long n)
{
        for (; n > 0; n -= 2) {
                door();
                door();
        }
}
static NOINLINE void anew(long n)
{
        while (n-- > 0) {
                memo_forget(&self.memo->levels[0]);
                door();
        }
}
static NOINLINE void by_libunwind(long n)
{
        static void *frames[1024];
        while (unw_backtrace && n-- > 0)
                unw_backtrace(frames, 1024);
}
static NOINLINE void by_libgcc(long n)
{
        int frames = 0;
        while (backtrace_libgcc && n-- > 0)
                backtrace_libgcc(visit, &frames);
}

static NOINLINE void ten(int d)
{
        if (d == 0)
                door();
        else
                ten(d - 1);
        NO_TAIL;
}
static NOINLINE void ten_frames(long n)
{
        for (; n > 0; n -= 2) {
                ten(9);
                ten(9);
        }
}

static NOINLINE double descend(int depth, void (*work)(long))
{
        double best = 1e99;
        if (depth > 0) {
                best = descend(depth - 1, work);
        } else {
                work(CALLS / 10);
                for (int i = 0; i < ROUNDS; i++) {
                        double begin = now_ns();
                        work(CALLS);
                        double ns = (now_ns() - begin) / CALLS;
                        best = ns < best ? ns : best;
                }
        }
        NO_TAIL;
        return best;
}

int main(int argc, char **argv)
{
        static const struct {
                const char *name;
                void (*work)(long);
        } rows[] = {{"same", same}, {"two sites", two_sites},    {"ten frames", ten_frames},
                    {"anew", anew}, {"libunwind", by_libunwind}, {"libgcc", by_libgcc}};
        static const int depths[] = {6, 21, 41, 101};
        void *libunwind = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
        void *libgcc = dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_LOCAL);
        if (libunwind)
                unw_backtrace = (int (*)(void **, int))dlsym(libunwind, "unw_backtrace");
        if (libgcc)
                backtrace_libgcc = (_Unwind_Reason_Code(*)(_Unwind_Trace_Fn, void *))dlsym(libgcc, "_Unwind_Backtrace");
        if (!arena_init(5, &helper))
                return 1;
        stack_init(false);
        self.slot = 1;
        stack_thread_init(&self);

        printf("%-12s", "ns a capture");
        for (unsigned i = 0; i < sizeof depths / sizeof depths[0]; i++)
                printf("%10d", depths[i]);
        printf("\n");
        for (unsigned k = 0; k < sizeof rows / sizeof rows[0]; k++) {
                if (argc > 1 && strcmp(argv[1], rows[k].name) != 0)
                        continue;
                printf("%-12s", rows[k].name);
                for (unsigned i = 0; i < sizeof depths / sizeof depths[0]; i++)
                        printf("%10.1f",
                               descend(depths[i] - 6, rows[k].work)); /* 6: main and what calls it, and ours */
                printf("\n");
        }
        return 0;
}
