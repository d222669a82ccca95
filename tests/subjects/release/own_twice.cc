// Two shared_ptr made from one pointer, each with a count of its own. (CWE-415)
// expect: UF102 family=new function=make
#include <memory>

static long *make() { return new long(3); }

int main()
{
        long *block = make();
        std::shared_ptr<long> first(block);
        std::shared_ptr<long> second(block);
        return first.use_count() == 1 ? 0 : 1;
}
