// A shared library with a libstdc++ of its own, bound to itself (-Bsymbolic): what its operator new makes, the program's
// deletes.
// expect: nothing
// plain: same
#include <string>

std::string *make_a_string();
int *make_numbers();

int main()
{
        std::string *text = make_a_string();
        int *numbers = make_numbers();
        int result = text->size() == 300 && numbers[2] == 0 ? 0 : 1;
        delete text;
        delete[] numbers;
        return result;
}
