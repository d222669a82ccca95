// Two objects that own each other by shared_ptr: one leads, the other follows.
// expect: UF001 class=definite family=new blocks=2 indirect_blocks=1
#include <memory>

struct person {
        std::shared_ptr<person> friend_;
};

__attribute__((noinline)) static void lose()
{
        auto a = std::make_shared<person>(), b = a;
        for (int i = 0; i < 1; i++)
                b->friend_ = a;
}

__attribute__((noinline)) static void lose_two()
{
        std::shared_ptr<person> both[2];
        for (auto &one : both)
                one = std::make_shared<person>();
        both[0]->friend_ = both[1];
        both[1]->friend_ = both[0];
}

int main()
{
        volatile char room[16384];
        room[0] = 1;
        lose_two();
        return 0;
}
