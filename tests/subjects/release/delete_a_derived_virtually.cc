// With a virtual destructor the right size is passed: the twin of delete_a_derived_as_its_base.
// expect: nothing
// plain: same
struct base {
        virtual ~base() {}
        long a = 1;
};
struct derived : base {
        long b = 2, c = 3;
};

int main()
{
        base *block = new derived;
        delete block;
        return 0;
}
