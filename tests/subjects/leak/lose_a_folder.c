// An opened folder that nobody closes and nobody knows is lost.
// expect: UF001 class=definite blocks=1 stack=lose<away<main
#include "make.h"
#include <dirent.h>

static void lose(void) { opendir("/"); }

int main(void)
{
        away(lose);
        return 0;
}
