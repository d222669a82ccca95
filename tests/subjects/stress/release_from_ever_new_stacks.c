// Two hundred thousand releases, none from a stack that another came from, as in a service that takes down trees of all
// shapes: what is remembered of them does not add up. Ends with 1 when memory grew by more than 16 MiB meanwhile; a path
// of nodes for each would be 200.
// expect: nothing
// plain: same
#include "../release/ever_new_stacks.h"

#include <stdio.h>
#include <unistd.h>

/* Resident pages of this process, shared ones too. */
static long resident_pages(void)
{
        long all, resident = 0;
        FILE *file = fopen("/proc/self/statm", "r");
        if (!file || fscanf(file, "%ld %ld", &all, &resident) != 2)
                resident = 0;
        if (file)
                fclose(file);
        return resident;
}

int main(void)
{
        churn(20000);
        long before = resident_pages();
        churn(200000);
        long grown = (resident_pages() - before) * sysconf(_SC_PAGESIZE);
        return before == 0 || grown > 16 << 20;
}
