/* With sampling: fork children hang blocks into their parent's, and resize those in place; nothing is lost. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N = 1000 };

static void **held;

__attribute__((noinline)) static void *make(void) { return malloc(1000); }
__attribute__((noinline)) static void *grow(void *block) { return realloc(block, 900); }

__attribute__((noinline)) static void hang(void)
{
        for (int i = 0; i < N; i++)
                held[i * 4] = make();
}

__attribute__((noinline)) static void resize(void)
{
        for (int i = 0; i < N; i++)
                if (grow(held[i * 4 + 1]) != held[i * 4 + 1]) /* what holds them stays as it was at the fork */
                        abort();
}

int main(void)
{
        held = calloc(N * 4, sizeof *held);
        for (int i = 0; i < N; i++)
                held[i * 4 + 1] = calloc(1, 1000);
        for (int round = 0; round < 2; round++) {
                if (fork() == 0) {
                        (round ? resize : hang)();
                        _exit(0);
                }
                wait(NULL);
        }
        return 0;
}
