// The same class with a copy constructor of its own: the twin of copy_an_owner.
// expect: nothing
// plain: same
#include <cstring>

struct text {
        char *letters;
        explicit text(const char *from) : letters(new char[strlen(from) + 1]) { strcpy(letters, from); }
        text(const text &other) : text(other.letters) {}
        ~text() { delete[] letters; }
};

int main()
{
        text first("letters");
        text second = first;
        return second.letters[0] == 'l' ? 0 : 1;
}
