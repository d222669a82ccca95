// Streams, locales, expressions, threads, futures, exceptions of libstdc++.
// expect: nothing
// plain: same
#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <future>
#include <iomanip>
#include <iostream>
#include <locale>
#include <mutex>
#include <regex>
#include <sstream>
#include <thread>
#include <vector>

static thread_local std::string mine = "a string that is longer than the small buffer";

int main()
{
        std::ios::sync_with_stdio(false);
        std::locale::global(std::locale("C.UTF-8"));
        std::cout.imbue(std::locale());
        std::wcout << L"";
        std::cout << std::setprecision(3) << 3.14159 << std::endl;
        std::regex expression("([a-z]+)-([0-9]+)", std::regex::icase);
        std::smatch match;
        std::string text = "abc-123";
        std::cout << std::regex_match(text, match, expression) << match[2] << "\n";
        std::ifstream file("/etc/passwd");
        std::stringstream all;
        all << file.rdbuf();
        std::mutex mutex;
        std::condition_variable changed;
        int done = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; i++)
                threads.emplace_back([&] {
                        std::lock_guard<std::mutex> guard(mutex);
                        done++;
                        changed.notify_one();
                });
        {
                std::unique_lock<std::mutex> guard(mutex);
                changed.wait(guard, [&] { return done == 4; });
        }
        for (auto &thread : threads)
                thread.join();
        std::cout << std::async(std::launch::async, [] { return 42; }).get() << "\n";
        try {
                throw std::runtime_error("caught");
        } catch (const std::exception &error) {
                std::cout << error.what() << "\n";
        }
        std::thread([] { std::cout << (mine += "another") << "\n"; }).join();
        return mine.empty();
}
