// W5: C++ containers. Maps of strings to lists, and trees of unique_ptr, made and thrown away. Argument: rounds.
#include "random.h"

#include <cstdio>
#include <cstdlib>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace
{
struct node {
        std::unique_ptr<node> left, right;
        std::string name;
        uint32_t key;
};

void insert(std::unique_ptr<node> &at, uint32_t key)
{
        if (!at)
                at.reset(new node{nullptr, nullptr, "node number " + std::to_string(key), key});
        else
                insert(key < at->key ? at->left : at->right, key);
}

uint64_t sum_of(const node *at)
{
        return at ? at->name.size() + at->key % 7 + sum_of(at->left.get()) + sum_of(at->right.get()) : 0;
}
} // namespace

int main(int argc, char **argv)
{
        struct random r = {88172645463325252};
        long rounds = argc > 1 ? atol(argv[1]) : 250;
        uint64_t sum = 0;
        for (long round = 0; round < rounds; round++) {
                std::map<std::string, std::list<std::string>> lists;
                std::unique_ptr<node> root;
                std::vector<std::string> names;
                for (int i = 0; i < 4000; i++) {
                        uint32_t n = random_next(&r);
                        std::string key = "a key that is not short " + std::to_string(n % 500);
                        lists[key].push_back("an element, also not short: " + key);
                        insert(root, n);
                        names.push_back(key);
                }
                for (auto &entry : lists)
                        sum += entry.first.size() + entry.second.size();
                sum += sum_of(root.get()) + names.size();
        }
        std::printf("%llu\n", static_cast<unsigned long long>(sum));
        return 0;
}
