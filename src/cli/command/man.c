/* Help as a man page: see help.h */
#include "cli/command/help.h"

#include "cli/policy/finding.h"
#include "wire/option.h"

#include <stdlib.h>
#include <string.h>

/* roff takes a backslash anywhere, and a dot or quote that begins a line, for itself; a hyphen that someone may want
 * to copy must be \-. */
static void roff_put(FILE *out, const char *text)
{
        if (*text == '.' || *text == '\'')
                fputs("\\&", out);
        for (; *text; text++) {
                if (*text == '\\')
                        fputs("\\e", out);
                else if (*text == '-')
                        fputs("\\-", out);
                else
                        fputc(*text, out);
        }
}

/* A text of manual.c: paragraphs, and lines that stand as they are. */
static void text_print(FILE *out, const char *heading, const char *text)
{
        bool as_it_is = false;
        fprintf(out, ".SH %s\n", heading);
        while (*text) {
                size_t n = strcspn(text, "\n");
                char line[2048];
                snprintf(line, sizeof line, "%.*s", (int)n, text);
                if ((*line == ' ') != as_it_is)
                        fputs(as_it_is ? ".fi\n.RE\n" : ".RS 4\n.nf\n", out);
                as_it_is = *line == ' ';
                if (*line)
                        roff_put(out, line + as_it_is);
                else
                        fputs(".PP", out);
                fputc('\n', out);
                text += n + (text[n] == '\n');
        }
        if (as_it_is)
                fputs(".fi\n.RE\n", out);
}

static void verbs_print(FILE *out)
{
        fputs(".SH VERBS\n", out);
        for (unsigned i = 0; i < n_verbs; i++) {
                fprintf(out, ".TP\n.B %s \\fI", verbs[i].name);
                roff_put(out, verbs[i].operands);
                fputs("\\fR\n", out);
                roff_put(out, verbs[i].what);
                fputc('\n', out);
        }
}

static void options_print(FILE *out, unsigned verb)
{
        fputs(".SH OPTIONS\n", out);
        for (int id = 0; id < CLI_OPTION_END; id++) {
                const struct option_row *row = &option_rows[id];
                if (!(row->verbs & verb))
                        continue;
                fputs(".TP\n.B ", out);
                if (row->letter)
                        fprintf(out, "\\-%c\\fR, \\fB", row->letter);
                fputs("\\-\\-", out);
                roff_put(out, row->name);
                if (row->argument)
                        fprintf(out, "=\\fI%s\\fR", row->argument);
                fputc('\n', out);
                char *help = option_text(row->help);
                roff_put(out, help ? help : "");
                fputc('\n', out);
                free(help);
        }
}

static void settings_print(FILE *out)
{
        fputs(".SH ENVIRONMENT\n.TP\n.B UNFREED_OPTIONS\n"
              "Settings for the library in the program, in the grammar of the sanitizers: key=value, separated by\n"
              "space, comma, colon or newline; values may be quoted.\n",
              out);
#define X(type, key, standard, least, most, help)                                                                      \
        fputs(".RS\n.TP\n.B " #key " \\fR[", out);                                                                     \
        roff_put(out, #standard[0] == '"' && #standard[1] == '"' ? "none" : #standard);                                \
        fputs("]\n", out);                                                                                             \
        roff_put(out, help);                                                                                           \
        fputs("\n.RE\n", out);
        WIRE_OPTIONS(X)
#undef X
        fputs(".TP\n.B UNFREED_LIBRARY\nPath of libunfreed.so, where it is not beside the executable.\n"
              ".TP\n.B NO_COLOR\\fR, \\fBFORCE_COLOR\nNo colours; colours also where there is no terminal.\n",
              out);
}

static void statuses_print(FILE *out)
{
        fputs(".SH EXIT STATUS\n"
              ".TP\n.B its own\nThe program's status, when no finding gates. When it died of a signal, unfreed dies "
              "of\n"
              "the same.\n"
              ".TP\n.B 23\nA finding gates, in any process of the tree (\\-\\-error\\-exitcode changes it).\n"
              ".TP\n.B 24\nWith \\-\\-strict\\-baseline: the baseline lists findings that are gone.\n"
              ".TP\n.B 125\nunfreed itself could not do its work.\n"
              ".TP\n.B 126\\fR, \\fB127\nThe program cannot be executed; is not found.\n"
              ".TP\n.B 2\nWrong usage.\n",
              out);
}

static void rules_print(FILE *out)
{
        fputs(".SH FINDINGS\n", out);
#define X(id, name, group, gate)                                                                                       \
        fputs(".TP\n.B " #id "\n", out);                                                                               \
        roff_put(out, name);                                                                                           \
        fputs(gate ? "; gates\n" : "\n", out);
        FINDING_RULES(X)
#undef X
}

/* The other pages; `bit` is this one's. */
static void others_print(FILE *out, unsigned bit)
{
        fputs(".SH SEE ALSO\n", out);
        for (unsigned i = 0; i < n_verbs; i++)
                if (verbs[i].bit != ON_RUN && verbs[i].bit != ON_HELP && verbs[i].bit != bit)
                        fprintf(out, ".BR unfreed\\-%s (1),\n", verbs[i].name);
        fputs(bit == ON_RUN ? ".BR unfreed\\-python (1)\n" : ".BR unfreed (1)\n", out);
}

void man_print(FILE *out, const struct verb *verb)
{
        bool whole = !verb || verb->bit == ON_RUN;
        const char *name = whole ? "" : verb->name, *dash = whole ? "" : "\\-";
        fprintf(out, ".TH UNFREED%s%s 1 \"\" \"unfreed %s\"\n.SH NAME\nunfreed%s%s \\- ", dash, name, UNFREED_VERSION,
                dash, name);
        roff_put(out, whole ? "tell which heap blocks a program never released" : verb->what);
        fputs("\n.SH SYNOPSIS\n", out);
        if (whole)
                fputs(".B unfreed\n[\\fBrun\\fR] [\\fIOPTIONS\\fR] [\\fB\\-\\-\\fR] \\fIPROGRAM\\fR "
                      "[\\fIARGS\\fR...]\n.br\n"
                      ".B unfreed\n\\fIVERB\\fR [\\fIOPTIONS\\fR] ...\n",
                      out);
        if (!whole) {
                fprintf(out, ".B unfreed %s\n[\\fIOPTIONS\\fR] \\fI", verb->name);
                roff_put(out, verb->operands);
                fputs("\\fR\n", out);
        }
        text_print(out, "DESCRIPTION", manual_of(whole ? (unsigned)ON_RUN : verb->bit));
        if (whole)
                verbs_print(out);
        options_print(out, whole ? (unsigned)ON_RUN : verb->bit);
        if (whole) {
                text_print(out, "SUPPRESSIONS", manual_of_suppressions());
                settings_print(out);
                statuses_print(out);
                rules_print(out);
        }
        others_print(out, whole ? (unsigned)ON_RUN : verb->bit);
}
