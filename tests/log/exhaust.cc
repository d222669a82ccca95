// Asks operator new for more memory than the process may have: with a handler that makes room at its second call, with one
// that makes none and takes itself away, and without. Prints how often each was called and what came of it.
#include <cstdio>
#include <cstdlib>
#include <new>
#include <sys/resource.h>

static int calls;
static const std::size_t MUCH = std::size_t{3} << 30;

static void limit(rlim_t bytes)
{
        rlimit all{};
        getrlimit(RLIMIT_AS, &all);
        all.rlim_cur = bytes;
        setrlimit(RLIMIT_AS, &all);
}

static void make_room()
{
        if (++calls == 2)
                limit(RLIM_INFINITY);
}

static void give_up()
{
        if (++calls == 3)
                std::set_new_handler(nullptr);
}

static void ask(const char *how, void (*handler)())
{
        limit(std::size_t{2} << 30);
        calls = 0;
        std::set_new_handler(handler);
        void *array = ::operator new[](MUCH, std::nothrow);
        std::printf("%s: %d calls, %s", how, calls, array ? "an array" : "no array");
        ::operator delete[](array);
        limit(std::size_t{2} << 30);
        calls = 0;
        std::set_new_handler(handler);
        try {
                void *block = ::operator new(MUCH);
                std::printf(", %d calls, %s\n", calls, block ? "a block" : "nothing");
                ::operator delete(block);
        } catch (const std::bad_alloc &) {
                std::printf(", %d calls, bad_alloc\n", calls);
        }
}

int main()
{
        ask("room", make_room);
        ask("none", give_up);
        ask("no handler", nullptr);
        return 0;
}
