/* One table: whatever is parsed is in --help, in the man pages and in the completions, and nothing else is */
#include "cli/command/help.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

TestSuite(help, .timeout = 20);

/* Not inlined: gcc 12 takes what open_memstream() has stored in `text` for its address. */
__attribute__((noinline)) static char *text_of(void (*print)(FILE *out, const void *what), const void *what)
{
        char *text = NULL;
        size_t n = 0;
        FILE *out = open_memstream(&text, &n);
        print(out, what);
        fclose(out);
        return text;
}
static void print_help(FILE *out, const void *what) { help_print(out, what); }
static void print_man(FILE *out, const void *what) { man_print(out, what); }
static void print_completion(FILE *out, const void *what) { completion_print(out, what); }

/* Is `word` in the text, and not only as the beginning of a longer word? */
static bool has_word(const char *text, const char *word)
{
        size_t n = strlen(word);
        for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
                if (!isalnum((unsigned char)at[n]) && at[n] != '-' && at[n] != '\\')
                        return true;
        return false;
}

/* --a-b as roff has it */
static void roff_name(const char *name, char *ret)
{
        ret = stpcpy(ret, "\\-\\-");
        for (; *name; name++)
                ret = *name == '-' ? stpcpy(ret, "\\-") : (*ret = *name, ret + 1);
        *ret = '\0';
}

static unsigned screen_lines(const char *text)
{
        unsigned n = 0;
        for (; *text; text++)
                n += *text == '\n';
        return n;
}

Test(help, each_verb_shows_its_options_and_no_others)
{
        for (unsigned i = 0; i < n_verbs; i++) {
                char *help = text_of(print_help, &verbs[i]), *man = text_of(print_man, &verbs[i]);
                for (int id = 0; id < CLI_OPTION_END; id++) {
                        char option[64], roff[128];
                        bool takes = false; /* several rows may have one name, for different verbs */
                        for (int k = 0; k < CLI_OPTION_END; k++)
                                takes = takes || (option_rows[k].verbs & verbs[i].bit &&
                                                  strcmp(option_rows[k].name, option_rows[id].name) == 0);
                        snprintf(option, sizeof option, " --%s", option_rows[id].name);
                        roff_name(option_rows[id].name, roff);
                        cr_assert_eq(has_word(help, option), takes, "%s in help of %s", option, verbs[i].name);
                        if (id != CLI_ERROR_EXITCODE && id != CLI_STRICT_BASELINE) /* also under EXIT STATUS */
                                cr_assert_eq(has_word(man, roff), takes, "%s in man of %s", roff, verbs[i].name);
                }
                free(help);
                free(man);
        }
}

Test(help, shells_complete_every_option_and_verb)
{
        static const char *const shells[] = {"bash", "zsh", "fish"};
        for (int s = 0; s < 3; s++) {
                char *text = text_of(print_completion, shells[s]);
                for (int id = 0; id < CLI_OPTION_END; id++) {
                        char option[64];
                        snprintf(option, sizeof option, s == 2 ? "-l %s" : "--%s", option_rows[id].name);
                        cr_assert_eq(has_word(text, option), option_rows[id].verbs != ON_HIDDEN, "%s for %s", option,
                                     shells[s]);
                }
                for (unsigned i = 0; i < n_verbs; i++)
                        cr_assert(has_word(text, verbs[i].name), "%s for %s", verbs[i].name, shells[s]);
                free(text);
        }
}

Test(help, it_fits_on_a_screen)
{
        char *text = text_of(print_help, NULL);
        cr_assert_leq(screen_lines(text), 60);
        size_t longest = 0, n = 0;
        for (char *c = text; *c; c++, n++) {
                if (*c != '\n')
                        continue;
                longest = n > longest ? n : longest;
                n = (size_t)-1;
        }
        cr_assert_leq(longest, 90, "%zu columns", longest);
        free(text);
}

Test(help, every_man_page_explains_in_sentences)
{
        for (unsigned i = 0; i < n_verbs; i++) {
                char *man = text_of(print_man, &verbs[i]);
                cr_assert(strstr(man, ".SH DESCRIPTION\n"), "%s", verbs[i].name);
                size_t n = strcspn(strstr(man, ".SH DESCRIPTION\n") + 17, "\n");
                cr_expect_gt(n, 60u, "%s says little", verbs[i].name);
                free(man);
        }
}

Test(help, the_man_page_tells_every_setting_and_rule)
{
        char *man = text_of(print_man, NULL);
        cr_assert(has_word(man, "malloc_context_size"));
        cr_assert(has_word(man, "judge_ms"));
        cr_assert(has_word(man, "UF105"));
        cr_assert(strstr(man, ".SH EXIT STATUS"));
        free(man);
}
