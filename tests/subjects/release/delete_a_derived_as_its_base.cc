// An object is deleted as its smaller base without a virtual destructor: the compiler passes the base's size. (CWE-131)
// expect: UF105 family=new function=make release=drop bytes=24
// plain: same
struct base {
        long a = 1;
};
struct derived : base {
        long b = 2, c = 3;
};

static base *make() { return new derived; }
static void drop(base *block) { delete block; }

int main()
{
        drop(make());
        return 0;
}
