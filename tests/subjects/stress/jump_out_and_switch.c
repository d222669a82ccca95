// longjmp() over frames that made blocks, and three coroutines (makecontext) that make blocks in turn.
// expect: nothing
// plain: same
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

static jmp_buf back;
static void *made[100];
static int n_made;
static ucontext_t main_context, contexts[3];

static void descend(int depth)
{
        made[n_made++ % 100] = malloc(16 + depth);
        if (depth == 12)
                longjmp(back, 1);
        descend(depth + 1);
}

static void run(int me)
{
        for (int i = 0; i < 1000; i++) {
                void *block = malloc(10 + me);
                swapcontext(&contexts[me], &contexts[(me + 1) % 3]);
                free(block);
        }
}

int main(void)
{
        static char stacks[3][65536];
        for (volatile int i = 0; i < 200; i++) {
                for (int k = 0; k < n_made; k++)
                        free(made[k]);
                n_made = 0;
                if (setjmp(back) == 0)
                        descend(i % 3);
        }
        for (int k = 0; k < n_made; k++)
                free(made[k]);
        for (int i = 2; i >= 0; i--) {
                getcontext(&contexts[i]);
                contexts[i].uc_stack.ss_sp = stacks[i];
                contexts[i].uc_stack.ss_size = sizeof stacks[i];
                contexts[i].uc_link = i < 2 ? &contexts[i + 1] : &main_context;
                makecontext(&contexts[i], (void (*)(void))run, 1, i);
        }
        swapcontext(&main_context, &contexts[0]);
        puts("end");
        return 0;
}
