// An owner is unwound: the twin of forget_through_an_exception.
// expect: nothing
// plain: same
#include <memory>
#include <stdexcept>

static void work()
{
        auto block = std::make_unique<int>(1);
        if (*block == 1)
                throw std::runtime_error("past the end");
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
