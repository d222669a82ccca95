// What is left of a released array, after another block took its start, still names blocks that the parent had released;
// the child writes to its pages, gets the same addresses again and loses them.
// expect: UF001 class=definite blocks=1000 function=make bytes=40000
#include "make.h"
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N = 1000, WORDS = 16000, FIRST = WORDS - N };
static void *volatile *array;
static struct node *last;
static void *start;

static void begin(void)
{
        static void *blocks[N];
        for (int i = 0; i < N; i++)
                blocks[i] = make(40);
        last = make_node(NULL);
        array = malloc(WORDS * sizeof *array);
        for (int i = 0; i < N; i++) {
                array[FIRST + i] = blocks[i];
                free(blocks[i]);
        }
        memset(blocks, 0, sizeof blocks);
        free((void *)array);
        start = calloc(1, 60000);
}

static void lose(void)
{
        for (int i = FIRST; i < WORDS; i += 64)
                array[i] = array[i];
        for (int i = 0; i < N; i++)
                make(40);
}

int main(void)
{
        mallopt(M_TRIM_THRESHOLD, 1 << 30);
        away(begin);
        if (start != (void *)array)
                return 1;
        pid_t child = fork();
        if (child == 0) {
                away(lose);
                _exit(0);
        }
        waitpid(child, NULL, 0);
        return 0;
}
