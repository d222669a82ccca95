// A class that owns memory is copied by the compiler's copy constructor; both copies release. (CWE-415)
// expect: UF102 family=new[] function=text::text release=text::~text first_release=text::~text
#include <cstring>

struct text {
        char *letters;
        explicit text(const char *from) : letters(new char[strlen(from) + 1]) { strcpy(letters, from); }
        ~text() { delete[] letters; }
};

int main()
{
        text first("letters");
        text second = first;
        return second.letters[0] == 'l' ? 0 : 1;
}
