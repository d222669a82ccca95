/* Help for shells: see help.h
 *
 * Each shell gets the words of the tables and the little code that picks among them. What follows the program's name
 * is that program's command line, and is completed as such.
 */
#include "cli/command/help.h"

#include <stdlib.h>
#include <string.h>

/* `text` with each character of `from` doubled or replaced by `to`. */
static void escaped_put(FILE *out, const char *text, const char *from, const char *to)
{
        for (; *text; text++) {
                if (strchr(from, *text))
                        fputs(to, out);
                if (*text != '\'' || !strchr(from, '\''))
                        fputc(*text, out);
        }
}

static bool is_for(int id, const struct verb *verb) { return (option_rows[id].verbs & verb->bit) != 0; }

static void words_put(FILE *out, const char *values)
{
        char *words = option_text(values);
        for (char *c = words; c && *c; c++)
                fputc(*c == '|' ? ' ' : *c, out);
        free(words);
}

static void bash_values(FILE *out)
{
        fputs("        case $previous in\n", out);
        for (int id = 0; id < CLI_OPTION_END; id++) {
                const struct option_row *row = &option_rows[id];
                if (!row->argument || row->verbs == ON_HIDDEN)
                        continue;
                fputs("        ", out);
                if (row->letter)
                        fprintf(out, "-%c | ", row->letter);
                fprintf(out, "--%s) ", row->name);
                if (row->values && strcmp(row->values, "FILE") == 0) {
                        fputs("COMPREPLY=($(compgen -f -- \"$current\")) ;;\n", out);
                } else if (row->values) {
                        fputs("COMPREPLY=($(compgen -W \"", out);
                        words_put(out, row->values);
                        fputs("\" -- \"$current\")) ;;\n", out);
                } else {
                        fputs("COMPREPLY=() ;;\n", out);
                }
        }
        fputs("        *) return 1 ;;\n        esac\n", out);
}

static void bash_print(FILE *out)
{
        fputs("# bash completion of unfreed\n\n_unfreed_options() {\n        case $1 in\n", out);
        for (unsigned i = 0; i < n_verbs; i++) {
                fprintf(out, "        %s) echo", verbs[i].name);
                for (int id = 0; id < CLI_OPTION_END; id++)
                        if (is_for(id, &verbs[i]))
                                fprintf(out, " --%s%s", option_rows[id].name, option_rows[id].argument ? "=" : "");
                fputs(" ;;\n", out);
        }
        fputs("        esac\n}\n\n_unfreed_values() {\n        local previous=$1 current=$2\n", out);
        bash_values(out);
        fputs("}\n\n_unfreed() {\n"
              "        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verb=run at\n"
              "        COMPREPLY=()\n"
              "        case \" ",
              out);
        for (unsigned i = 0; i < n_verbs; i++)
                fprintf(out, "%s ", verbs[i].name);
        fputs("\" in *\" ${COMP_WORDS[1]} \"*) ((COMP_CWORD > 1)) && verb=${COMP_WORDS[1]} ;; esac\n"
              "        if [[ $current == = ]]; then current= ; elif [[ $previous == = ]]; then "
              "previous=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
              "        _unfreed_values \"$previous\" \"$current\" && return\n"
              "        if [[ $verb == run ]]; then\n"
              "                for ((at = 1; at < COMP_CWORD; at++)); do\n"
              "                        case ${COMP_WORDS[at]} in -* | = | run) continue ;; esac\n"
              "                        [[ ${COMP_WORDS[at-1]} == = ]] && continue\n"
              "                        declare -F _command_offset > /dev/null && _command_offset $at\n"
              "                        return\n"
              "                done\n"
              "        fi\n"
              "        if [[ $current == -* ]]; then\n"
              "                COMPREPLY=($(compgen -W \"$(_unfreed_options \"$verb\")\" -- \"$current\"))\n"
              "                [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
              "        elif ((COMP_CWORD == 1)); then\n"
              "                COMPREPLY=($(compgen -W \"",
              out);
        for (unsigned i = 0; i < n_verbs; i++)
                fprintf(out, "%s%s", i ? " " : "", verbs[i].name);
        fputs("\" -- \"$current\") $(compgen -c -- \"$current\"))\n"
              "        elif [[ $verb == run ]]; then\n"
              "                COMPREPLY=($(compgen -c -- \"$current\"))\n"
              "        elif [[ $verb == baseline && $COMP_CWORD -eq 2 ]]; then\n"
              "                COMPREPLY=($(compgen -W \"init check update prune\" -- \"$current\"))\n"
              "        else\n"
              "                COMPREPLY=($(compgen -f -- \"$current\"))\n"
              "        fi\n"
              "}\ncomplete -o filenames -F _unfreed unfreed\n",
              out);
}

static void zsh_option(FILE *out, const struct option_row *row)
{
        char *help = option_text(row->help);
        for (char *c = help; c && *c; c++)
                if (*c == '[' || *c == ']')
                        *c = *c == '[' ? '(' : ')';
        fprintf(out, "    '*--%s%s[", row->name, row->argument ? "=" : "");
        escaped_put(out, help ? help : "", "'", "'\\''");
        fputc(']', out);
        if (row->argument) {
                fprintf(out, ":%s:", row->name);
                if (row->values && strcmp(row->values, "FILE") == 0) {
                        fputs("_files", out);
                } else if (row->values) {
                        fputc('(', out);
                        words_put(out, row->values);
                        fputc(')', out);
                }
        }
        fputs("'\n", out);
        free(help);
}

static void zsh_print(FILE *out)
{
        fputs("#compdef unfreed\n# zsh completion of unfreed\n\n_unfreed() {\n"
              "  local verb=run\n  local -a options\n"
              "  case \"$words[2]\" in\n    ",
              out);
        for (unsigned i = 0; i < n_verbs; i++)
                fprintf(out, "%s%s", i ? "|" : "", verbs[i].name);
        fputs(")\n      (( CURRENT > 2 )) && { verb=$words[2]; shift words; (( CURRENT-- )) } ;;\n  esac\n"
              "  case \"$verb\" in\n",
              out);
        for (unsigned i = 0; i < n_verbs; i++) {
                fprintf(out, "  %s) options=(\n", verbs[i].name);
                for (int id = 0; id < CLI_OPTION_END; id++)
                        if (is_for(id, &verbs[i]))
                                zsh_option(out, &option_rows[id]);
                fputs("  ) ;;\n", out);
        }
        fputs("  esac\n  if [[ $verb == run ]]; then\n"
              "    (( CURRENT == 2 )) && compadd -- ",
              out);
        for (unsigned i = 0; i < n_verbs; i++)
                fprintf(out, "%s ", verbs[i].name);
        fputs("\n    _arguments -S $options '(-)1:program:_command_names -e' '*::arguments:_normal'\n"
              "  else\n    _arguments -S $options '*:file:_files'\n  fi\n}\n\n_unfreed \"$@\"\n",
              out);
}

static void fish_print(FILE *out)
{
        fputs("# fish completion of unfreed\n\n"
              "function __unfreed_verb\n"
              "    set -l words (commandline -opc)\n"
              "    if test (count $words) -gt 1; and contains -- $words[2] ",
              out);
        for (unsigned i = 0; i < n_verbs; i++)
                fprintf(out, "%s ", verbs[i].name);
        fputs("\n        test $words[2] = $argv[1]\n    else\n        test $argv[1] = run\n    end\nend\n\n", out);
        for (unsigned i = 0; i < n_verbs; i++) {
                fprintf(out, "complete -c unfreed -n 'test (count (commandline -opc)) -eq 1' -a %s -d '",
                        verbs[i].name);
                escaped_put(out, verbs[i].what, "'\\", "\\'");
                fputs("'\n", out);
        }
        for (unsigned i = 0; i < n_verbs; i++) {
                for (int id = 0; id < CLI_OPTION_END; id++) {
                        const struct option_row *row = &option_rows[id];
                        if (!is_for(id, &verbs[i]))
                                continue;
                        fprintf(out, "complete -c unfreed -n '__unfreed_verb %s' -l %s", verbs[i].name, row->name);
                        if (row->letter)
                                fprintf(out, " -s %c", row->letter);
                        bool file = row->values && strcmp(row->values, "FILE") == 0;
                        if (row->argument)
                                fputs(file ? " -r -F" : " -x", out);
                        if (row->values && !file) {
                                fputs(" -a '", out);
                                words_put(out, row->values);
                                fputc('\'', out);
                        }
                        char *help = option_text(row->help);
                        fputs(" -d '", out);
                        escaped_put(out, help ? help : "", "'", "\\'");
                        fputs("'\n", out);
                        free(help);
                }
        }
}

void completion_print(FILE *out, const char *shell)
{
        if (strcmp(shell, "bash") == 0)
                bash_print(out);
        else if (strcmp(shell, "zsh") == 0)
                zsh_print(out);
        else if (strcmp(shell, "fish") == 0)
                fish_print(out);
}
