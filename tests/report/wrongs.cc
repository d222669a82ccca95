/* What the validators get to read: leaks of several classes and wrong releases of most kinds, in names and places that
 * need quoting. */
#include <cstdlib>

namespace
{
template <class T>
struct Box {
        T *lost = new T[3];
        Box() {}
};
void *volatile held, *volatile within;

void lose_two_on_one_line() { held = malloc(10), held = malloc(20), held = nullptr; }
void lose_on_another_line()
{
        held = malloc(30);
        held = malloc(40);
        held = nullptr;
}
char *make(int n) { return new char[n]; }
void drop(void *block) { free(block); }
bool operator<(const Box<int> &, int) { return malloc(50) != nullptr; }
} // namespace

int main(int argc, char **)
{
        static char array[8];
        lose_two_on_one_line();
        lose_on_another_line();
        Box<Box<int> *> box;
        Box<int> ints;
        (void)(ints < 3);
        within = (char *)malloc(60) + 8;
        drop(make(70));
        if (argc > 1) /* the rest ends a program that nobody protects */
                return 0;
        void *volatile block = malloc(80);
        drop(block);
        drop(block);
        drop(array);
        drop((char *)malloc(90) + 16);
        return 0;
}
