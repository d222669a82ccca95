// A pointer to the second base of an object with virtual functions.
// expect: nothing
struct first_base {
        long a = 1;
        virtual ~first_base() {}
};
struct second_base {
        long b = 2;
        virtual ~second_base() {}
};
struct both : first_base, second_base {};

static second_base *held;

int main()
{
        held = new both;
        return 0;
}
