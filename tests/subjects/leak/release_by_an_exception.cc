// The same with an owner.
// expect: nothing
#include <memory>
#include <stdexcept>

static void risky()
{
        std::unique_ptr<int> owner(new int(7));
        throw std::runtime_error("left");
}

int main()
{
        try {
                risky();
        } catch (const std::exception &) {
        }
        return 0;
}
