// Allocated in one thread with new, released in another with free(). (CWE-762)
// expect: UF101 family=new function=make release=drop
// plain: same
#include <cstdlib>
#include <thread>

static long *make() { return new long(1); }

static void drop(long *block) { free(block); }

int main()
{
        long *block = make();
        std::thread(drop, block).join();
        return 0;
}
