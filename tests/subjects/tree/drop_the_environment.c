// execve() with an empty environment: the new image is followed nevertheless.
// run: {self} {built}/leak_here_only
// expect: UF001 class=definite family=malloc bytes=160 blocks=1 function=leak_here
#include <unistd.h>

int main(int argc, char **argv)
{
        char *child_argv[] = {argv[1], NULL}, *nothing[] = {NULL};
        execve(argv[1], child_argv, nothing);
        return 1;
}
