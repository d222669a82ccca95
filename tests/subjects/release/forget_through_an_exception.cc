// An exception passes by the delete. (CWE-401)
// expect: UF001 class=definite family=new function=work blocks=1
#include <stdexcept>

static void work()
{
        int *block = new int(1);
        if (*block == 1)
                throw std::runtime_error("past the delete");
        delete block;
}

int main()
{
        try {
                work();
        } catch (const std::exception &) {
                return 0;
        }
        return 1;
}
