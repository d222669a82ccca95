// A class with operator new and delete of its own, over a pool, and placement new into memory of malloc().
// expect: nothing
// plain: same
#include <cstdlib>
#include <new>
#include <string>

struct pooled {
        static char pool[4096];
        static size_t used;
        static void *operator new(size_t size) { return pool + (used += size) - size; }
        static void operator delete(void *) {}
        long a = 1, b = 2;
};
char pooled::pool[4096];
size_t pooled::used;

int main()
{
        pooled *first = new pooled, *second = new pooled;
        delete second;
        delete first;
        void *room = malloc(sizeof(std::string));
        std::string *text = new (room) std::string(200, 'y');
        text->~basic_string();
        free(room);
        return 0;
}
