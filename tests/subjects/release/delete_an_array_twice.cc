// delete[] twice. (CWE-415)
// expect: UF102 family=new[] function=make release=drop_again first_release=drop
static int *make() { return new int[10]; }
static void drop(int *block) { delete[] block; }
static void drop_again(int *block) { delete[] block; }

int main()
{
        int *block = make();
        drop(block);
        drop_again(block);
        return 0;
}
