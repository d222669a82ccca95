// What libstdc++ makes and releases inside itself, over its allocators, threads, streams, locales and expressions.
// expect: nothing
// plain: same
#include <algorithm>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <list>
#include <locale>
#include <map>
#include <memory_resource>
#include <regex>
#include <set>
#include <sstream>
#include <thread>
#include <unordered_map>

int main()
{
        std::map<std::string, std::list<int>> lists;
        std::unordered_map<int, std::string> names;
        for (int i = 0; i < 500; i++) {
                lists[std::to_string(i % 50) + " a key that is long enough"].push_back(i);
                names[i] = std::string(i % 60, 'n');
        }
        std::pmr::monotonic_buffer_resource pool;
        std::pmr::vector<std::pmr::string> texts(&pool);
        for (int i = 0; i < 100; i++)
                texts.emplace_back("a text that is longer than the small ones");
        std::ostringstream out;
        out.imbue(std::locale::classic());
        out << lists.size() << ' ' << names.size() << ' ' << texts.size();
        std::string text = out.str();
        bool matches = std::regex_match(text, std::regex("([0-9]+) ([0-9]+) (100)"));
        std::future<int> later = std::async(std::launch::async, [] { return (int)std::string(1000, 'z').size(); });
        std::function<int(int)> add = [text, later_value = later.get()](int n) { return n + later_value; };
        std::stable_sort(texts.begin(), texts.end());
        std::ifstream file("/proc/self/comm");
        std::string line;
        std::getline(file, line);
        std::cout << text << ' ' << matches << ' ' << add(1) << std::endl;
        return 0;
}
