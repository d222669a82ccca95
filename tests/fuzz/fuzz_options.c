/* UNFREED_OPTIONS, kinds and a command line of any bytes. */
#include "cli/command/pattern.h"
#include "cli/command/verb.h"
#include "fuzz/target.h"

#include <stdlib.h>
#include <string.h>

size_t taken_in;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
        char *text = malloc(n + 1), *words[8];
        memcpy(text, bytes, n);
        text[n] = '\0';
        uint32_t rules;
        bool flag;
        taken_in++; /* nothing that it begins with refuses the rest */
        kinds_parse(text, kinds_gating(), &rules, &flag);
        free(pattern_fill(text, 1, "/a/b", 2, &flag));

        struct arguments arguments = {0};
        environment_apply(&arguments, text);
        free(arguments.environment);
        free(arguments.options.suppressions.all);

        int n_words = 0;
        char *rest = text;
        for (char *word; n_words < 8 && (word = strsep(&rest, "\n")) != NULL;)
                words[n_words++] = word;
        arguments_parse(&arguments, n_words, words, n % 2 ? ON_RUN : ON_REPORT, n % 2);
        arguments_deinit(&arguments);
        free(text);
        return 0;
}
