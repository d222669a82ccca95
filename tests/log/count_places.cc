// Makes 4,000 blocks of 3,000 to 4,000 bytes by each way that there is, keeps them, and prints how many of each stand at the beginning
// of a page, or 16 bytes behind it: by chance one of 128.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <new>

enum { BLOCKS = 4000, WAYS = 10 };
static void *all[WAYS][BLOCKS];

static void *make(int way, std::size_t bytes)
{
        void *block = nullptr;
        switch (way) {
        case 0: return std::malloc(bytes);
        case 1: return std::calloc(1, bytes);
        case 2: return std::realloc(nullptr, bytes);
        case 3: return std::realloc(std::malloc(8), bytes);
        case 4: return ::operator new(bytes);
        case 5: return ::operator new[](bytes, std::nothrow);
        case 6: return posix_memalign(&block, 64, bytes) == 0 ? block : nullptr;
        case 7: return std::aligned_alloc(32, bytes);
        case 8: return memalign(8, bytes);
        default: return ::operator new(bytes, std::align_val_t{128});
        }
}

int main()
{
        for (int way = 0; way < WAYS; way++) {
                int n = 0, i = 0;
                for (void *&block : all[way]) {
                        block = make(way, 3000 + i++ * 7919 % 1000);
                        n += (reinterpret_cast<std::uintptr_t>(block) & 0xfe0) == 0;
                }
                std::printf("%d ", n);
        }
        std::printf("\n");
        return 0;
}
