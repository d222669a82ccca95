/* Names that came with a capture, of any bytes: taken in whole or not at all, and written again the same way. */
#include "cli/symbol/symbol.h"
#include "fuzz/target.h"

#include <stdlib.h>

size_t taken_in;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
        struct symbols *symbols = symbols_new();
        uint8_t *again = NULL;
        size_t n_again = 0;
        if (!symbols_read(symbols, bytes, n)) {
                taken_in++;
                symbols_write(symbols, &again, &n_again);
                struct symbols *second = symbols_new();
                if (symbols_read(second, again, n_again))
                        abort();
                symbols_free(second);
                free(again);
        }
        symbols_free(symbols);
        return 0;
}
