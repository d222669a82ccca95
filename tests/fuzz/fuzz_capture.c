/* A capture file of any bytes. Built for fuzzing, the reader does not look at checksums, which would keep the fuzzer
 * out. */
#include "cli/capture/file.h"
#include "fuzz/target.h"

#include <stdlib.h>

size_t taken_in;

static const char *names_take(void *context, const void *names, size_t bytes)
{
        const unsigned char *all = names;
        size_t *sum = context;
        for (size_t i = 0; i < bytes; i++)
                *sum += all[i];
        return *sum == 12345 ? "odd" : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
        struct capture capture = {0};
        size_t sum = 0;
        int answer = capture_parse("fuzz", bytes, n, &capture, names_take, &sum);
        if (answer < 0 && (capture.n_processes || capture.command))
                abort(); /* partly taken in */
        taken_in += answer >= 0;
        for (char **word = capture.command; word && *word; word++)
                sum += (size_t)**word;
        capture_deinit(&capture);
        return 0;
}
