// delete twice. (CWE-415)
// expect: UF102 family=new allocator="operator new" function=make release=drop_again first_release=drop
struct thing {
        int a, b, c, d;
};

static thing *make() { return new thing(); }
static void drop(thing *block) { delete block; }
static void drop_again(thing *block) { delete block; }

int main()
{
        thing *block = make();
        drop(block);
        drop_again(block);
        return 0;
}
