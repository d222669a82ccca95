// A mapping of the parent's names blocks that it had released; the child gets the same addresses again and loses them.
// expect: UF001 class=definite blocks=4000 function=make bytes=160000
#include "make.h"
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void begin(void)
{
        void **array = mmap(NULL, 4000 * sizeof *array, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (int i = 0; i < 4000; i++)
                array[i] = make(40);
        for (int i = 0; i < 4000; i++)
                free(array[i]);
}

static struct node *last;
static void keep(void) { last = make_node(NULL); }

static void lose(void)
{
        for (int i = 0; i < 4000; i++)
                make(40);
}

int main(void)
{
        away(keep);
        away(begin);
        pid_t child = fork();
        if (child == 0) {
                away(lose);
                _exit(0);
        }
        waitpid(child, NULL, 0);
        return 0;
}
