// libstdc++ is part of the program: its operator new calls our malloc(), its delete our free().
// expect: nothing
// plain: same
#include <string>
#include <vector>

int main()
{
        int *one = new int(1);
        int *many = new int[10];
        std::string text(100, 'x');
        std::vector<std::string> all(20, text);
        delete one;
        delete[] many;
        return all.back().size() == 100 ? 0 : 1;
}
