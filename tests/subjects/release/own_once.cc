// The second shared_ptr is a copy of the first: the twin of own_twice.
// expect: nothing
// plain: same
#include <memory>

int main()
{
        std::shared_ptr<long> first(new long(3));
        std::shared_ptr<long> second(first);
        return first.use_count() == 2 ? 0 : 1;
}
