// A pointer to the second element of an array without a cookie is one into the middle.
// expect: UF002 family="new[]" blocks=1
// exit: 0
static long *held;

int main()
{
        held = new long[10] + 1;
        return 0;
}
