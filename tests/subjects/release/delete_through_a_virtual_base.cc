// With virtual destructors the compiler finds the start: the twin of delete_through_the_second_base.
// expect: nothing
// plain: same
struct first_base {
        virtual ~first_base() {}
        long a = 1;
};
struct second_base {
        virtual ~second_base() {}
        long b = 2;
};
struct both : first_base, second_base {
        long c = 3;
};

static void drop(second_base *base) { delete base; }

int main()
{
        drop(new both);
        return 0;
}
