/* Help for the eye: see help.h */
#include "cli/command/help.h"

#include "cli/capture/model.h"
#include "cli/policy/finding.h"

#include <stdlib.h>
#include <string.h>

enum { LEFT_COLUMN = 27, LINE = 80 };

/* `text` from column `indent` on, broken at spaces; the cursor stands at `column`. */
static void wrapped_print(FILE *out, const char *text, int column, int indent)
{
        if (column >= indent) {
                fputc('\n', out);
                column = 0;
        }
        fprintf(out, "%*s", indent - column, "");
        column = indent;
        while (*text) {
                int n = (int)strcspn(text, " ");
                if (column > indent && column + 1 + n > LINE) {
                        fprintf(out, "\n%*s", indent, "");
                        column = indent;
                } else if (column > indent) {
                        fputc(' ', out);
                        column++;
                }
                fprintf(out, "%.*s", n, text);
                column += n;
                text += n;
                text += *text == ' ';
        }
        fputc('\n', out);
}

static void option_print(FILE *out, const struct option_row *row)
{
        char left[64];
        char letter[8] = "    ";
        if (row->letter)
                snprintf(letter, sizeof letter, "-%c, ", row->letter);
        int n = snprintf(left, sizeof left, "  %s--%s%s%s", letter, row->name, row->argument ? "=" : "",
                         row->argument ? row->argument : "");
        char *help = option_text(row->help);
        fputs(left, out);
        wrapped_print(out, help ? help : "", n, LEFT_COLUMN);
        free(help);
}

static void verbs_print(FILE *out)
{
        fputs("\nverbs:\n", out);
        for (unsigned i = 0; i < n_verbs; i++) {
                int n = fprintf(out, "  %s", verbs[i].name);
                wrapped_print(out, verbs[i].what, n, 12);
        }
}

void help_print(FILE *out, const struct verb *verb)
{
        bool whole = !verb || verb->bit == ON_RUN;
        if (whole) {
                fputs("usage: unfreed [run] [OPTIONS] [--] PROGRAM [ARGS...]\n"
                      "       unfreed VERB [OPTIONS] ...          see `unfreed help VERB`\n"
                      "Tells which heap blocks a program never released, and which it released wrongly.\n",
                      out);
                verbs_print(out);
        } else {
                fprintf(out, "usage: unfreed %s [OPTIONS] %s\n%s\n", verb->name, verb->operands, verb->what);
        }
        fputs("\noptions:\n", out);
        for (int id = 0; id < CLI_OPTION_END; id++)
                if (option_rows[id].verbs & (whole ? (unsigned)ON_RUN : verb->bit))
                        option_print(out, &option_rows[id]);
        if (whole)
                fputs("\nThe status is the program's own; 23 when a finding gates, 125 when unfreed cannot work.\n"
                      "More: man unfreed; settings for the library itself: UNFREED_OPTIONS=help=1\n",
                      out);
}
