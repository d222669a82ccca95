/* Parsing the command line by its table: see option.h
 *
 * Words are `--name`, `--name=value`, `--name value`, `-x`, `-xvalue`, `-x value`; short ones without arguments may
 * stand together (-qq). `--` ends them. A usage error is one line, and nothing was done.
 */
#include "cli/command/option.h"

#include "cli/command/verb.h"
#include "cli/policy/finding.h"
#include "cli/report/metric.h"
#include "cli/report/report.h"
#include "cli/say/say.h"
#include "wire/option.h"
#include "wire/wish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAIL_BYTES = 128 }; /* the longest is an entry point's name and a number */

const struct option_row option_rows[CLI_OPTION_END] = {
#define X(id, letter, name, argument, verbs, values, help) {letter, name, argument, verbs, values, help},
        CLI_OPTIONS(X)
#undef X
};

char *option_text(const char *text)
{
        char *made = NULL;
        size_t n = 0;
        FILE *out = open_memstream(&made, &n);
        if (!out)
                return NULL;
        for (const char *at = text; *at;) {
                const char *names = strncmp(at, "@formats", 8) == 0 ? report_formats() : NULL;
                size_t skip = names ? 8 : 1;
                if (!names && strncmp(at, "@kinds", 6) == 0) {
                        names = kinds_names();
                        skip = 6;
                }
                if (!names)
                        fputc(*at, out);
                bool spaced = names && text[0] != '@'; /* in a sentence rather than as a list of words */
                for (const char *c = names; c && *c; c++)
                        if (*c != ' ' || at == text)
                                fputs(*c == '|' || *c == ',' ? (spaced ? ", " : "|") : (char[]){*c, '\0'}, out);
                at += skip;
        }
        return fclose(out) == 0 ? made : NULL;
}

static int usage_error(unsigned verb, const char *format, const char *word)
{
        char line[600];
        snprintf(line, sizeof line, format, word);
        for (unsigned i = 0; i < n_verbs; i++)
                if (verbs[i].bit == verb && verb != ON_RUN)
                        return say_error("%s; see `unfreed help %s`", line, verbs[i].name);
        return say_error("%s; see `unfreed --help`", line);
}

void option_list_add(struct option_list *list, const char *value)
{
        const char **all = realloc(list->all, (list->n + 1) * sizeof *all);
        if (!all)
                return;
        list->all = all;
        list->all[list->n++] = value;
}

static bool number_take(const char *text, long least, long most, long *ret_number)
{
        char *end;
        errno = 0;
        *ret_number = strtol(text, &end, 10);
        return *text && !*end && !errno && *ret_number >= least && *ret_number <= most;
}

static bool seconds_take(const char *text, double least, double *ret_seconds)
{
        char *end;
        double seconds = strtod(text, &end);
        if (!*text || *end || !(seconds >= least && seconds <= 1e6))
                return false;
        *ret_seconds = seconds;
        return true;
}

/* Bytes, with K, M or G for powers of 1024. */
static bool size_take(const char *text, uint64_t *ret_bytes)
{
        static const char units[] = "KMG";
        char *end;
        errno = 0;
        unsigned long long number = strtoull(text, &end, 10);
        const char *unit = *end ? strchr(units, *end) : NULL;
        unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
        if (*text < '0' || *text > '9' || errno || (*end && (!unit || end[1])) || number == 0 ||
            number > UINT64_MAX >> 20 >> shift)
                return false;
        *ret_bytes = number << shift;
        return true;
}

/* The place of `value` among words with bars between; -1 = none of them. */
static int word_take(const char *words, const char *value)
{
        size_t length = strlen(value);
        for (int i = 0; *words; i++) {
                size_t n = strcspn(words, "|");
                if (n == length && memcmp(words, value, n) == 0)
                        return i;
                words += n + (words[n] == '|');
        }
        return -1;
}

static bool target_add(struct options *options, const char *format, const char *path)
{
        struct report_target *targets = realloc(options->targets, (options->n_targets + 1) * sizeof *targets);
        if (!targets)
                return false;
        options->targets = targets;
        options->targets[options->n_targets++] = (struct report_target){format, path};
        return true;
}

/* The words of the command line stay as they are: others read them (ps). */
static bool format_take(struct options *options, const char *value)
{
        const char *colon = strchr(value, ':');
        const char *format = report_format(value, colon ? (size_t)(colon - value) : strlen(value));
        if (!format || (colon && !colon[1]))
                return false;
        return target_add(options, format, colon ? colon + 1 : NULL);
}

/* What an option takes that is not one of its words. */
static const char *const right_values[CLI_OPTION_END] = {
        [CLI_ERROR_EXITCODE] = "a number from 0 to 255",
        [CLI_DEPTH] = "a number from 0 to 65535",
        [CLI_COUNT] = "a number from 0 to 1073741824",
        [CLI_LINGER] = "seconds, from 0 to 1000000",
        [CLI_INTERVAL] = "seconds, from 0.01 to 1000000",
        [CLI_LOG_MAX] = "bytes from 1 to 16384G, with K, M or G for units of 1024",
        [CLI_SAMPLE] = "bytes from 1 to 1024G, with K, M or G for units of 1024",
        [CLI_FORMAT] = "FORMAT or FORMAT:FILE with one of @formats",
        [CLI_SHOW] = "words with commas, of @kinds",
        [CLI_GATE] = "words with commas, of @kinds",
        [CLI_FAIL] = "ENTRY:SIZE>=BYTES, nth:N or rate:PERCENT:SEED",
};

/* `value` is not what it takes: then what is? */
static int value_refuse(unsigned verb, enum cli_option id, const char *value)
{
        const char *words = right_values[id] ? NULL : option_rows[id].values;
        char *right = option_text(words ? words : right_values[id] ? right_values[id] : "a name");
        bool is_choice = words && strchr(words, '|');
        for (char *bar = is_choice ? right : NULL; bar && (bar = strchr(bar, '|'));)
                *bar = ' ';
        char what[512];
        snprintf(what, sizeof what, "--%s: \"%.100s\" is not what it takes: %s%s", option_rows[id].name, value ? value : "",
                 is_choice ? "one of " : "", right ? right : "");
        free(right);
        return usage_error(verb, "%s", what);
}

/* Those that fill in a number or a word. */
static bool value_take(struct arguments *a, enum cli_option id, char *value)
{
        struct options *o = &a->options;
        const char *words = option_rows[id].values;
        long n = 0;
        int word;
        switch (id) {
        case CLI_ERROR_EXITCODE:
                a->gates_asked = true;
                return number_take(value, 0, 255, &n) && ((o->error_exitcode = (int)n), true);
        case CLI_DEPTH:
                return number_take(value, 0, 65535, &n) && ((o->depth = (unsigned)n), true);
        case CLI_ARENA_FD:
                return number_take(value, 0, 1 << 30, &n) && ((a->arena_fd = (int)n), true);
        case CLI_COUNT:
                return number_take(value, 0, 1 << 30, &n) && ((o->count = (unsigned)n), true);
        case CLI_LINGER:
                return seconds_take(value, 0, &o->linger_seconds);
        case CLI_INTERVAL:
                return seconds_take(value, 0.01, &o->interval_seconds);
        case CLI_LOG_MAX:
                return size_take(value, &o->log_max_bytes);
        case CLI_SAMPLE:
                return size_take(value, &a->sample_bytes) && a->sample_bytes <= UINT64_C(1) << 40;
        case CLI_METRIC:
                return (word = word_take(words, value)) >= 0 && ((o->metric = (enum metric)word), true);
        case CLI_CHILDREN:
                return (word = word_take(words, value)) >= 0 && ((o->children = word == 0), true);
        case CLI_COLOR:
                return (word = word_take(words, value)) >= 0 && ((o->color = (enum color_when)word), true);
        case CLI_RATCHET:
                return (word = word_take(words, value)) >= 0 && ((o->ratchet = (enum ratchet)(word + 1)), true);
        case CLI_AS:
                return (a->help_form = word_take(words, value)) >= 0;
        case CLI_SHOW:
                return !kinds_parse(value, kinds_shown(), &o->show, &o->show_suppressed);
        case CLI_GATE:
                a->gates_asked = true;
                return !kinds_parse(value, kinds_gating(), &o->gate, NULL);
        case CLI_FORMAT:
                a->formats_asked = true;
                return format_take(o, value);
        case CLI_LOG_FILE: /* by Valgrind's name, since CTest passes it to whatever checks memory */
                a->formats_asked = true;
                return *value && target_add(o, "valgrind-log", value);
        default:
                return false;
        }
}

static bool option_take(struct arguments *a, enum cli_option id, char *value)
{
        struct options *o = &a->options;
        switch (id) {
        case CLI_OUTPUT:
        case CLI_MERGED:
                o->output = value;
                return *value != '\0';
        case CLI_LOG:
                o->log = value;
                return *value != '\0';
        case CLI_SUPPRESSIONS:
                option_list_add(&o->suppressions, value);
                return true;
        case CLI_ONLY_MODULE:
                option_list_add(&o->only_modules, value);
                return *value != '\0';
        case CLI_BASELINE:
                a->gates_asked = true;
                o->baseline = value;
                return *value != '\0';
        case CLI_SOURCE_ROOT:
                o->source_root = value;
                return true;
        case CLI_STRICT_BASELINE:
                return o->strict_baseline = true;
        case CLI_GEN_SUPPRESSIONS:
                return o->generate_suppressions = true;
        case CLI_PYTHON_OBJECTS:
                return a->python_objects = true;
        case CLI_ABORT_ON_ERROR:
                return a->abort_on_error = true;
        case CLI_FAIL:
                a->fail = value;
                return strlen(value) < FAIL_BYTES && wish_parse(value, &(struct wish){0});
        case CLI_SITES:
                return (o->sites = value) != NULL;
        case CLI_QUIET:
                o->quiet = o->quiet < 2 ? o->quiet + 1 : 2;
                return true;
        case CLI_VERBOSE:
                o->verbose++;
                return true;
        case CLI_CLASSIFY:
                return o->classify = true;
        case CLI_WATCH:
                return o->watch = true;
        case CLI_HELP:
                return a->help = true;
        case CLI_VERSION:
                return a->version = true;
        default:
                return value_take(a, id, value);
        }
}

static bool is_for(enum cli_option id, unsigned verb)
{
        return id < CLI_OPTION_END && (option_rows[id].verbs & (verb | (verb & (ON_REPORT | ON_SNAPSHOT) ? (unsigned)ON_HIDDEN : 0)));
}

/* The option of this name: of `verb`, if it has one; else another verb's, which can then be named. */
static enum cli_option long_find(const char *word, size_t length, unsigned verb)
{
        enum cli_option found = CLI_OPTION_END;
        for (int id = 0; id < CLI_OPTION_END; id++)
                if (strncmp(option_rows[id].name, word, length) == 0 && option_rows[id].name[length] == '\0' &&
                    !is_for(found, verb))
                        found = (enum cli_option)id;
        return found;
}

static enum cli_option short_find(char letter, unsigned verb)
{
        enum cli_option found = CLI_OPTION_END;
        for (int id = 0; id < CLI_OPTION_END; id++)
                if (option_rows[id].letter == letter && !is_for(found, verb))
                        found = (enum cli_option)id;
        return found;
}

struct parsing {
        struct arguments *arguments;
        char **argv;
        int argc, at; /* `at`: the word in hand */
        unsigned verb;
};

/* `value`: what stood in the same word, or NULL. */
static int option_apply(struct parsing *p, enum cli_option id, const char *shown, char *value)
{
        if (!is_for(id, p->verb))
                return usage_error(p->verb, id == CLI_OPTION_END ? "unknown option %s" : "%s is no option of this verb",
                                   shown);
        const struct option_row *row = &option_rows[id];
        if (!row->argument && value)
                return usage_error(p->verb, "%s takes no argument", shown);
        if (row->argument && !value && p->at + 1 >= p->argc)
                return usage_error(p->verb, "%s needs an argument", shown);
        if (row->argument && !value)
                value = p->argv[++p->at];
        if (option_take(p->arguments, id, value))
                return 0;
        return value_refuse(p->verb, id, value);
}

static int word_parse(struct parsing *p)
{
        char *word = p->argv[p->at], shown[64];
        if (word[1] == '-') {
                size_t length = strcspn(word + 2, "=");
                snprintf(shown, sizeof shown, "%.*s", (int)(length + 2 < 60 ? length + 2 : 60), word);
                return option_apply(p, long_find(word + 2, length, p->verb), shown,
                                    word[length + 2] == '=' ? word + length + 3 : NULL);
        }
        for (char *letter = word + 1; *letter; letter++) {
                enum cli_option id = short_find(*letter, p->verb);
                snprintf(shown, sizeof shown, "-%c", *letter);
                bool takes = is_for(id, p->verb) && option_rows[id].argument;
                int answer = option_apply(p, id, shown, takes && letter[1] ? letter + 1 : NULL);
                if (answer < 0 || takes)
                        return answer;
        }
        return 0;
}

/* What the shim is to be told, in its own language. */
static void shim_options_make(struct arguments *a)
{
        char text[256 + FAIL_BYTES] = "";
        size_t n = 0;
        if (a->options.depth)
                n += (size_t)snprintf(text + n, sizeof text - n, "malloc_context_size=%u:", a->options.depth);
        if (!a->options.children)
                n += (size_t)snprintf(text + n, sizeof text - n, "children=0:");
        if (a->python_objects)
                n += (size_t)snprintf(text + n, sizeof text - n, "python_objects=1:");
        if (a->abort_on_error)
                n += (size_t)snprintf(text + n, sizeof text - n, "abort_on_error=1:");
        if (a->options.log)
                n += (size_t)snprintf(text + n, sizeof text - n, "log=1:");
        if (a->sample_bytes)
                n += (size_t)snprintf(text + n, sizeof text - n, "sample=%llu:", (unsigned long long)a->sample_bytes);
        if (a->fail)
                n += (size_t)snprintf(text + n, sizeof text - n, "fail='%s':", a->fail);
        if (n > 0)
                text[n - 1] = '\0';
        a->shim_options = strdup(text);
        a->options.shim_options = a->shim_options ? a->shim_options : "";
}

static void arguments_init(struct arguments *a)
{
        *a = (struct arguments){.arena_fd = -1};
        a->options = (struct options){.show = kinds_shown(),
                                      .gate = kinds_gating(),
                                      .error_exitcode = STATUS_GATED,
                                      .print_suppressions = true,
                                      .children = true,
                                      .linger_seconds = 5,
                                      .log_max_bytes = UINT64_C(1) << 30,
                                      .interval_seconds = 1,
                                      .snapshot_path = SNAPSHOT_PATH};
}

/* What follows from several options together. */
static int arguments_settle(struct arguments *a, unsigned verb)
{
        struct options *o = &a->options;
        if (o->metric != METRIC_LEAKED) {
                o->show = 1u << RULE_UF003; /* no leaks, and nobody is accused */
                o->gate = 0;
                for (size_t i = 0; i < o->n_targets; i++)
                        if (!metric_suits(o->targets[i].format))
                                return say_error("--metric is for text, folded, pprof, speedscope and html, not for %s; "
                                                 "see `unfreed help report`",
                                                 o->targets[i].format);
        }
        if (o->verbose) {
                o->show |= 1u << RULE_UF003;
                o->show_suppressed = true;
        }
        if (o->n_targets == 0 && o->quiet < 2) {
                o->targets = malloc(sizeof *o->targets);
                if (!o->targets)
                        return say_error("no memory");
                o->targets[o->n_targets++] = (struct report_target){"text", NULL};
        }
        if (o->log && a->sample_bytes)
                return say_error("a log has every block: --log and --sample do not go together; see `unfreed --help`");
        /* A gate that looks closed and is not. */
        if ((o->strict_baseline || o->ratchet) && !o->baseline && verb != ON_BASELINE)
                return say_error("%s compares with a baseline: give --baseline=FILE; see `unfreed --help`",
                                 o->ratchet ? "--ratchet" : "--strict-baseline");
        shim_options_make(a);
        return 0;
}

int arguments_parse(struct arguments *a, int argc, char **argv, unsigned verb, bool stop)
{
        arguments_init(a);
        environment_apply(a, getenv(WIRE_OPTIONS_ENV));
        struct parsing p = {.arguments = a, .argv = argv, .argc = argc, .verb = verb};
        a->operands = calloc((size_t)argc + 1, sizeof *a->operands);
        if (!a->operands)
                return say_error("no memory");
        bool words = true;
        for (; p.at < argc; p.at++) {
                char *word = argv[p.at];
                if (words && strcmp(word, "--") == 0) {
                        words = false;
                } else if (words && word[0] == '-' && word[1]) {
                        if (word_parse(&p) < 0)
                                return -1;
                } else {
                        a->operands[a->n_operands++] = word;
                        words = words && !stop;
                }
        }
        return arguments_settle(a, verb);
}

void arguments_deinit(struct arguments *a)
{
        free(a->options.suppressions.all);
        free(a->options.only_modules.all);
        free(a->options.targets);
        free(a->operands);
        free(a->shim_options);
        free(a->environment);
        *a = (struct arguments){.arena_fd = -1};
}
