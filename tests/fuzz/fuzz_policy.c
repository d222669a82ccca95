/* A suppression file and a baseline of any bytes. The first byte says which. */
#include "cli/policy/baseline.h"
#include "cli/policy/suppress.h"
#include "fuzz/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

size_t taken_in;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
        char path[48];
        int fd = memfd_create("fuzz", MFD_CLOEXEC);
        if (n == 0 || fd < 0 || write(fd, bytes + 1, n - 1) < 0) {
                close(fd);
                return 0;
        }
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        if (bytes[0] == 'b') {
                struct baseline *baseline;
                if (baseline_read(path, &baseline) >= 0) {
                        taken_in++;
                        baseline_free(baseline);
                }
        } else {
                struct suppressions *suppressions = suppressions_new();
                size_t n_rules;
                if (suppressions_read(suppressions, path) >= 0) {
                        suppressions_uses(suppressions, &n_rules);
                        taken_in += n_rules > 0;
                }
                suppressions_free(suppressions);
        }
        close(fd);
        return 0;
}
