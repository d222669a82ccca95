// new[], owned by a shared_ptr to one: released in its last copy's destructor. (CWE-762)
// expect: UF101 family=new[] function=make release_stack=drop<main
// plain: same
#include <memory>

static std::shared_ptr<char> make() { return std::shared_ptr<char>(new char[100]); }

static void drop(std::shared_ptr<char> &owner) { owner.reset(); }

int main()
{
        std::shared_ptr<char> owner = make();
        drop(owner);
        return 0;
}
