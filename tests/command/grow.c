/* A service that grows: twenty times a second a block more that nobody releases, 100,000 bytes; ten that stay as they
 * are */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void grow(void) { memset(malloc(100000), 1, 100000); }
static void stay(void) { memset(malloc(100), 1, 100); }

int main(int argc, char **argv)
{
        for (int i = 0; i < 10; i++)
                stay();
        puts("started");
        fflush(stdout);
        for (int n = argc > 1 ? atoi(argv[1]) : 0; n > 0; n--) {
                grow();
                usleep(50000);
        }
        return 0;
}
