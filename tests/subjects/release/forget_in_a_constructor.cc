// A class makes memory in its constructor and has no destructor. (CWE-401)
// expect: UF001 class=definite family=new[] function=table::table bytes=800 blocks=1
struct table {
        long *rows = new long[100];
};

static long sum()
{
        table local;
        local.rows[0] = 3;
        return local.rows[0];
}

int main() { return sum() == 3 ? 0 : 1; }
