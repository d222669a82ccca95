// Containers in static storage, with all they own.
// expect: nothing
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

static std::map<std::string, std::vector<int>> map;
static std::unordered_map<int, std::string> &table = *new std::unordered_map<int, std::string>;
static std::deque<std::string> &queue = *new std::deque<std::string>;

int main()
{
        for (int i = 0; i < 1000; i++) {
                map["a key that is longer than the small buffer " + std::to_string(i)].push_back(i);
                table[i] = "a value that is longer than the small buffer";
                queue.push_back("an entry that is longer than the small buffer");
        }
        return 0;
}
