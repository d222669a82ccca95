// new[] of elements with destructors keeps their number in front; an empty one too.
// expect: nothing
struct element {
        long value = 1;
        ~element() { value = 0; }
};

static element *held, *empty;

int main()
{
        held = new element[10];
        empty = new element[0];
        return 0;
}
