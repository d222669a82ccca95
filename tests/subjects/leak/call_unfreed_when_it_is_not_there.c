// Without us every call does nothing, and nothing had to be linked.
// expect: nothing
// run: env -u LD_PRELOAD {self}
// stdout: 0 0 0 0 0
// stdout: -1 0 -1 0 -1 0 0 0
#include "make.h"
#include "shim/hooks/unfreed.h"
#include <stdio.h>

int main(void)
{
        unfreed_ignore_begin();
        unfreed_ignore_end();
        printf("%d %d %d %d %d\n", unfreed_active(), (int)unfreed_check(), unfreed_ignore("x"), unfreed_root_add("x", 1),
               unfreed_root_remove("x", 1));
        struct unfreed_site site = {0};
        struct unfreed_frame frame;
        char text[8];
        unfreed_mark_end(1);
        printf("%d %d %d %d %d %d %d %d\n", (int)unfreed_alive(), (int)unfreed_moment(), (int)unfreed_born(1),
               (int)unfreed_mark(), (int)unfreed_since(1, 0, &site, 1), (int)unfreed_describe(&site, 1, UNFREED_TEXT, text, sizeof text),
               (int)unfreed_frames(&site, &frame, 1), unfreed_python_stacks(1));
        return 0;
}
