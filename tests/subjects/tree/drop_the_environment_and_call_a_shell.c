// Empties its environment, and has libc start what it starts by a shell: that is watched all the same, and the environment
// is as empty afterwards.
// expect: UF001 class=definite blocks=4 bytes=411 function=lose
// stdout: 0 7 0 empty x
// plain: same
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wordexp.h>

__attribute__((noinline)) static void lose(size_t bytes)
{
        void *volatile block = memset(malloc(bytes), 1, bytes);
        block = NULL;
}

static const char *command(const char *program, int n)
{
        static char text[4096];
        snprintf(text, sizeof text, n == 3 ? "$(%s %d)" : "%s %d", program, n);
        return text;
}

int main(int argc, char **argv)
{
        if (argc > 1) {
                lose(100 + (size_t)atoi(argv[1]));
                return atoi(argv[1]) == 2 ? 7 : 0;
        }
        clearenv();
        int first = system(command(argv[0], 1));
        FILE *stream = popen(command(argv[0], 2), "r");
        int second = stream ? pclose(stream) >> 8 : -1;
        wordexp_t words;
        int third = wordexp(command(argv[0], 3), &words, 0);
        if (third == 0)
                wordfree(&words);
        const char *after = environ && *environ ? *environ : "empty";
        setenv("A", "x", 1);
        int fourth = system(command(argv[0], 5));
        printf("%d %d %d %s %s\n", first, second, third, fourth ? "failed" : after, getenv("A"));
        return 0;
}
