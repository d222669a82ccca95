// A Criterion suite whose test leaks, in a worker process, and passes: the suite exits 0.
// needs: lib:libcriterion.so.3
// options: --only-module=suite_that_passes
// expect: UF001 class=definite family=malloc bytes=160 blocks=1 function=leak_here
// timeout: 60
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void leak_here(void) { memset(malloc(160), 1, 160); }

Test(suite, leaks_and_passes)
{
        leak_here();
        cr_assert(1);
}

Test(suite, is_clean)
{
        free(malloc(16));
        cr_assert(1);
}
