// The same without virtual functions: nothing tells the second base from a middle.
// expect: UF002 family=new blocks=1
// exit: 0
struct first_base {
        long a = 1;
};
struct second_base {
        long b = 2;
};
struct both : first_base, second_base {};

static second_base *held;

int main()
{
        held = new both;
        return 0;
}
