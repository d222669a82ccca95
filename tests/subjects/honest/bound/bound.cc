// A shared library that keeps its libstdc++, and so its operator new, to itself.
#include <string>

std::string *make_a_string() { return new std::string(300, 's'); }
int *make_numbers() { return new int[5](); }
