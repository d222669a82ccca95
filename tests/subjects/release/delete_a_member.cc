// delete of a member of an object on the heap. (CWE-761)
// expect: UF103 place="inside a live block" release=drop function=main offset=16
struct thing {
        long a, b;
        int c;
};

static void drop(int *pointer) { delete pointer; }

int main()
{
        thing *whole = new thing{1, 2, 3};
        drop(&whole->c);
        delete whole;
        return 0;
}
