// strdup() and free(): the twin of delete_a_strdup_string.
// expect: nothing
// plain: same
#include <cstdlib>
#include <cstring>
#include <new>

static char *make() { return strdup("a string"); }

static void drop(char *block) { free(block); }

int main()
{
        char *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
