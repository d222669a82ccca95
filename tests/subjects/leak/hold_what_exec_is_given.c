// Arguments and environment of an exec, which nothing but the call knows.
// expect: nothing
// stdout: given
#include "make.h"
#include <sys/wait.h>
#include <unistd.h>

static void go(void)
{
        char **arguments = calloc(4, sizeof *arguments), **variables = calloc(2, sizeof *variables);
        arguments[0] = strcpy(make(8), "sh");
        arguments[1] = strcpy(make(8), "-c");
        arguments[2] = strcpy(make(40), "echo $WORD");
        variables[0] = strcpy(make(40), "WORD=given");
        execve("/bin/sh", arguments, variables);
}

int main(void)
{
        away(go);
        return 1;
}
