// __lsan_do_leak_check judges there and then: what is lost later is not judged.
// expect: UF001 class=definite blocks=1 function=make bytes=40
// expect: UF004 function=make bytes=48
#include "make.h"

void __lsan_do_leak_check(void) __attribute__((weak));

static void lose(void) { make(40); }
static void check(void) { __lsan_do_leak_check(); }
static void lose_more(void) { make(48); }

int main(void)
{
        away(lose);
        away(check);
        away(lose_more);
        return 0;
}
