// Becomes itself by the calls that are seldom used, with an environment of its own each time: by a folder and a name, by a
// descriptor, by the number of a system call.
// expect: UF001 class=definite blocks=1 bytes=101 function=make
// expect: UF001 class=definite blocks=1 bytes=102 function=make
// expect: UF001 class=definite blocks=1 bytes=103 function=make
// expect: UF001 class=definite blocks=1 bytes=104 function=make
// expect: UF001 class=definite blocks=1 bytes=105 function=make
// exit: 23
#include "make.h"
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void lose_101(void) { make(101); }
static void lose_102(void) { make(102); }
static void lose_103(void) { make(103); }
static void lose_104(void) { make(104); }
static void lose_105(void) { make(105); }

int main(int argc, char **argv)
{
        char *environment[] = {"A=b", NULL}, *next[] = {argv[0], "x", "x", "x", "x", NULL};
        int self;
        if (argc < 5)
                next[argc + 1] = NULL; /* one more each time */
        switch (argc) {
        case 1:
                away(lose_101);
                execveat(AT_FDCWD, "/proc/self/exe", next, environment, 0);
                return 1;
        case 2:
                away(lose_102);
                self = open("/proc/self/exe", O_RDONLY);
                execveat(self, "", next, environment, AT_EMPTY_PATH);
                return 2;
        case 3:
                away(lose_103);
                syscall(SYS_execve, "/proc/self/exe", next, environment);
                return 3;
        case 4:
                away(lose_104);
                syscall(SYS_execveat, open("/proc/self", O_RDONLY), "exe", next, environment, 0);
                return 4;
        default:
                away(lose_105);
                return 0;
        }
}
