// An object is deleted through its second base, which has no virtual destructor: the pointer is inside it. (CWE-761)
// expect: UF103 place="inside a live block" release=drop function=main offset=8
// allow: UF001
struct first_base {
        long a = 1;
};
struct second_base {
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
