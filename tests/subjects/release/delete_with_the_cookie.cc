// delete[] knows of the count in front: the twin of delete_without_the_cookie.
// expect: nothing
// plain: same
struct thing {
        long n = 1;
        ~thing() { n = 0; }
};

int main()
{
        thing *first = new thing[3];
        delete[] first;
        return 0;
}
