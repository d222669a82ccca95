// Static objects, thread-local objects and key destructors release what they hold when their time comes: nothing is lost.
// expect: nothing
// plain: same
#include <cstdio>
#include <memory>
#include <pthread.h>
#include <string>
#include <thread>
#include <vector>

struct loud {
        std::vector<std::string> lines;
        explicit loud(int n) : lines(n, std::string(80, 'l')) {}
        ~loud() { lines.clear(), std::printf("gone\n"); }
};

static loud first(10);
static std::unique_ptr<loud> second(new loud(5));
static thread_local std::unique_ptr<std::string> local;
static pthread_key_t key;

static void work()
{
        local = std::make_unique<std::string>(200, 'x');
        pthread_setspecific(key, new std::string(300, 'y'));
}

int main()
{
        static loud third(3);
        pthread_key_create(&key, [](void *text) { delete static_cast<std::string *>(text); });
        std::thread(work).join();
        local = std::make_unique<std::string>(100, 'm');
        return 0;
}
