// Children release large blocks of their parent's wrongly: by another family's function, and twice.
// expect: UF101 family=new[] function=make release=drop
// expect: UF102 family=malloc function=make_c release=drop_again first_release=drop_first count=2
// stdout: 0 0 0
#include <cstdio>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

enum { BYTES = 200000 };

__attribute__((noinline)) static char *make() { return new char[BYTES]; }
__attribute__((noinline)) static char *make_c() { return (char *)malloc(BYTES); }
__attribute__((noinline)) static void drop(char *block) { free(block); }
__attribute__((noinline)) static void drop_first(char *block) { free(block); }
__attribute__((noinline)) static void drop_again(char *block) { free(block); }

int main()
{
        char *a = make(), *b = make_c(), *c = make_c();
        int status[3];
        drop_first(c);
        for (int i = 0; i < 3; i++) {
                if (fork() == 0) {
                        if (i == 0)
                                drop(a);
                        if (i == 1)
                                drop_first(b), drop_again(b);
                        if (i == 2)
                                drop_again(c);
                        _exit(0);
                }
                wait(&status[i]);
        }
        printf("%d %d %d\n", status[0], status[1], status[2]);
        delete[] a;
        free(b);
        return 0;
}
