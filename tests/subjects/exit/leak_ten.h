/* Ten leaks at ten sites, 16 bytes each
 *
 * Each pointer lives only in a frame that is gone when the function has returned.
 */
#include <stdlib.h>
#include <string.h>

#define LEAK(n) __attribute__((noinline)) static void leak_##n(void) { memset(malloc(16), 'a' + n, 16); }
LEAK(0) LEAK(1) LEAK(2) LEAK(3) LEAK(4) LEAK(5) LEAK(6) LEAK(7) LEAK(8) LEAK(9)

static void leak_ten(void)
{
        leak_0(); leak_1(); leak_2(); leak_3(); leak_4();
        leak_5(); leak_6(); leak_7(); leak_8(); leak_9();
}
