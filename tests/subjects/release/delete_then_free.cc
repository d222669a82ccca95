// delete, then free(): the second release is the error, whatever its family. (CWE-415)
// expect: UF102 family=new function=make release=drop_again first_release=drop
#include <cstdlib>

static double *make() { return new double(1); }
static void drop(double *block) { delete block; }
static void drop_again(double *block) { free(block); }

int main()
{
        double *block = make();
        drop(block);
        drop_again(block);
        return 0;
}
