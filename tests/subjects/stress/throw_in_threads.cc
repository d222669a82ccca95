// Exceptions thrown through ten frames by four threads at once: the unwinder runs over our doors' callers.
// expect: nothing
// timeout: 60
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static int descend(int depth)
{
        std::string held(50, 'h');
        if (depth == 0)
                throw std::runtime_error(held + " thrown");
        return descend(depth - 1) + static_cast<int>(held.size());
}

static void work()
{
        for (int i = 0; i < 2000; i++) {
                try {
                        descend(10);
                } catch (const std::exception &error) {
                        if (std::string(error.what()).size() != 57)
                                std::abort();
                }
        }
}

int main()
{
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; i++)
                threads.emplace_back(work);
        for (auto &thread : threads)
                thread.join();
        return 0;
}
