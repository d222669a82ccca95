/* What a page of our own costs: when it is touched, and where sixteen come at one call (shim/sys/pages.h). Prints
 * nanoseconds a page. */
#include "shim/sys/pages.h"
#include "wire/arena.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PAGES = 1 << 14, AT_ONCE = 16 };

static double now_ns(void)
{
        struct timespec t;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double page_ns(bool prepared)
{
        unsigned char *pages = pages_take((size_t)PAGES * WIRE_PAGE_BYTES);
        if (!pages)
                exit(1);
        double begin = now_ns();
        for (size_t i = 0; i < PAGES; i++) {
                if (prepared && i % AT_ONCE == 0)
                        pages_prepare(pages + i * WIRE_PAGE_BYTES, AT_ONCE * WIRE_PAGE_BYTES);
                pages[i * WIRE_PAGE_BYTES] = 1;
        }
        double ns = (now_ns() - begin) / PAGES;
        pages_give(pages, (size_t)PAGES * WIRE_PAGE_BYTES);
        return ns;
}

int main(void)
{
        page_ns(false); /* so that the machine has the memory at hand */
        double touched = page_ns(false), prepared = page_ns(true);
        printf("touched %.0f  prepared %.0f\n", touched, prepared);
        return 0;
}
