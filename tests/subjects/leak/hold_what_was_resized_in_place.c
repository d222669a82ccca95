// A child cuts a block that it inherited, which stays where it is; only a word from before the fork names it.
// expect: nothing
#include "make.h"
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static char *volatile *word;

static void begin(void)
{
        word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        word[0] = make(1000);
}

static int stayed;
static void cut(void) { stayed = realloc(word[0], 900) == word[0]; }

int main(void)
{
        away(begin);
        pid_t child = fork();
        if (child == 0) {
                away(cut);
                exit(!stayed);
        }
        int status;
        waitpid(child, &status, 0);
        return WEXITSTATUS(status);
}
