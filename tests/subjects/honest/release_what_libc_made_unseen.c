// __libc_malloc() is libc's own door, which nobody stands before: what it gave may be released and grown by the usual
// functions, whether it stands in the heap, in another thread's heap or in a mapping of its own.
// expect: nothing
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t size);

enum { SIZES = 14 };

static void *work(void *unused)
{
        char *released[SIZES], *grown[SIZES];
        size_t size = 1;
        free(malloc(100)); /* all that was given out in this thread was seen, so far */
        for (int i = 0; i < SIZES; i++, size = size * 3 + 1) {
                released[i] = memset(__libc_malloc(size), 1, size);
                grown[i] = memset(__libc_malloc(size), 1, size);
        }
        for (int i = 0; i < SIZES; i++) {
                free(released[i]);
                free(realloc(grown[i], 1000));
        }
        return unused;
}

int main(void)
{
        pthread_t thread;
        work(NULL);
        pthread_create(&thread, NULL, work, NULL);
        pthread_join(thread, NULL);
        return 0;
}
