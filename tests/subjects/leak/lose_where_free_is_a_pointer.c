// A program that is not position-independent and hands on `free` has an entry of its own by that name, which leads to ours.
// expect: UF001 class=definite blocks=50 bytes=204800 function=lose
#include "make.h"
#include <string.h>

static struct {
        void *block;
        void (*release)(void *);
} items[4];

static void lose(void)
{
        for (int i = 0; i < 50; i++)
                memset(malloc(4096), 1, 4096);
}

int main(void)
{
        for (int i = 0; i < 4; i++) {
                items[i].block = strdup("kept");
                items[i].release = free;
        }
        away(lose);
        for (int i = 0; i < 4; i++)
                items[i].release(items[i].block);
        items[0].release = NULL;
        return 0;
}
