// delete of an object on the stack. (CWE-590)
// expect: UF103 place=*stack release=drop
struct thing {
        long a, b, c;
};

static void drop(thing *pointer) { delete pointer; }

int main()
{
        thing local = {1, 2, 3};
        drop(&local);
        return 0;
}
