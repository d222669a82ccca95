// When a constructor throws, the compiler releases what new had made.
// expect: nothing
// plain: same
#include <memory>
#include <stdexcept>
#include <vector>

struct refuses {
        std::vector<int> before = std::vector<int>(50);
        explicit refuses(bool refuse)
        {
                if (refuse)
                        throw std::runtime_error("no");
        }
};

int main()
{
        int n_refused = 0;
        for (int i = 0; i < 10; i++) {
                try {
                        auto one = std::make_unique<refuses>(i % 2);
                        auto other = std::make_shared<refuses>(i % 3 == 0);
                        std::unique_ptr<refuses> third(new refuses(i == 4));
                } catch (const std::exception &) {
                        n_refused++;
                }
        }
        return n_refused == 0;
}
