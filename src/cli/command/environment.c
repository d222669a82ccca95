/* What UNFREED_OPTIONS says to the reporter
 *
 * The grammar is the sanitizers': key=value, separated by space, comma, colon, newline, tab or return; a value may be
 * quoted with ' or ". The shim reads the same text in each process, and it is the one to warn of what it cannot
 * understand: a warning once is enough.
 */
#include "cli/command/option.h"

#include "cli/say/say.h"

#include <stdlib.h>
#include <string.h>

static bool is_yes(const char *value)
{
        return strcmp(value, "1") == 0 || strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
}

/* "90s", "10m", "2h", or seconds alone. Negative: it is none. */
static double duration_parse(const char *text)
{
        char *unit;
        double number = strtod(text, &unit);
        double each = strcmp(unit, "h") == 0                    ? 3600
                      : strcmp(unit, "m") == 0                  ? 60
                      : strcmp(unit, "s") == 0 || *unit == '\0' ? 1
                                                                : 0;
        return *text >= '0' && *text <= '9' && each > 0 && number > 0 && number * each < 1e9 ? number * each : -1;
}

/* As the shim reads sizes. */
static uint64_t size_parse(const char *text)
{
        char *unit;
        uint64_t number = strtoull(text, &unit, 10);
        static const char units[] = "KMG";
        const char *at = *unit ? strchr(units, *unit) : NULL;
        return at ? number << 10 * (unsigned)(at - units + 1) : number;
}

static void snapshot_option_apply(struct options *options, const char *key, const char *value)
{
        if (strcmp(key, "snapshot_every") == 0 && *value) {
                options->snapshot_seconds = duration_parse(value);
                if (options->snapshot_seconds < 0)
                        say_error("snapshot_every=%s in UNFREED_OPTIONS is no time such as 90s, 10m or 2h; ignored",
                                  value);
        } else if (strcmp(key, "snapshot_growth") == 0) {
                options->snapshot_growth_bytes = size_parse(value);
        } else if (strcmp(key, "snapshot_path") == 0 && *value) {
                options->snapshot_path = value;
        }
}

static void option_apply(struct arguments *arguments, const char *key, const char *value)
{
        struct options *options = &arguments->options;
        if (strcmp(key, "suppressions") == 0 && *value) {
                option_list_add(&options->suppressions, value);
        } else if (strcmp(key, "print_suppressions") == 0) {
                options->print_suppressions = is_yes(value);
        } else if (strcmp(key, "verbosity") == 0) {
                options->verbose = (unsigned)atoi(value);
        } else if (strcmp(key, "color") == 0) { /* to the shim any text is good */
                if (strcmp(value, "always") != 0 && strcmp(value, "never") != 0 && strcmp(value, "auto") != 0 && *value)
                        say_warning("color=%s in UNFREED_OPTIONS is none of auto, always and never; ignored", value);
                options->color = strcmp(value, "always") == 0  ? COLOR_ALWAYS
                                 : strcmp(value, "never") == 0 ? COLOR_NEVER
                                                               : COLOR_AUTO;
        } else if (strcmp(key, "log_path") == 0) {
                arguments->log_path = value;
        } else {
                snapshot_option_apply(options, key, value);
        }
}

void environment_apply(struct arguments *arguments, const char *text)
{
        static const char separators[] = " ,:\n\t\r";
        char *at = arguments->environment = text ? strdup(text) : NULL;
        while (at && *(at += strspn(at, separators))) {
                char *key = at, *value;
                at += strcspn(at, "= ,:\n\t\r");
                if (*at != '=') {
                        at += *at != '\0';
                        continue;
                }
                *at++ = '\0';
                char quote = *at == '\'' || *at == '"' ? *at++ : '\0';
                value = at;
                at += quote ? strcspn(at, (char[]){quote, '\0'}) : strcspn(at, separators);
                if (*at)
                        *at++ = '\0';
                option_apply(arguments, key, value);
        }
}
