/* The verbs, and how the command line chooses among them: see verb.h
 *
 * The first word is a verb if there is one of that name; else everything is `run`'s. A program that is called like a
 * verb is run as `unfreed run NAME` or `unfreed -- NAME`.
 */
#include "cli/command/verb.h"

#include "cli/command/emit.h"
#include "cli/command/help.h"
#include "cli/say/say.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

const struct verb verbs[] = {
#define X(id, name, operands, what) {#name, operands, what, ON_##id, verb_##name},
        CLI_VERBS(X)
#undef X
};
const unsigned n_verbs = sizeof verbs / sizeof *verbs;

const struct verb *verb_find(const char *name)
{
        for (unsigned i = 0; i < n_verbs; i++)
                if (strcmp(verbs[i].name, name) == 0)
                        return &verbs[i];
        return NULL;
}

/* Text made by `print`, on stdout. */
static int print_out(void (*print)(FILE *out, const void *what), const void *what)
{
        char *text = NULL;
        size_t n = 0;
        FILE *out = open_memstream(&text, &n);
        if (!out)
                return STATUS_UNABLE;
        print(out, what);
        int answer = fclose(out) == 0 ? emit_bytes(STDOUT_FILENO, text, n) : -1;
        if (answer < 0)
                say_error("stdout cannot be written to: %s", strerror(errno));
        free(text);
        return answer < 0 ? STATUS_UNABLE : 0;
}

static void print_help(FILE *out, const void *what) { help_print(out, what); }
static void print_man(FILE *out, const void *what) { man_print(out, what); }
static void print_completion(FILE *out, const void *what) { completion_print(out, what); }
static void print_version(FILE *out, const void *what) { fprintf(out, "unfreed %s\n", (const char *)what); }

int verb_help(struct arguments *arguments)
{
        static const char *const forms[] = {"text", "man", "bash", "zsh", "fish"}; /* the words of --as */
        const char *name = arguments->operands[0];
        const struct verb *verb = name ? verb_find(name) : NULL;
        if (name && !verb) {
                say_error("%s is no verb; see `unfreed --help`", name);
                return STATUS_USAGE;
        }
        if (arguments->n_operands > 1) {
                say_error("help is on one verb at a time; see `unfreed help help`");
                return STATUS_USAGE;
        }
        const char *form = forms[arguments->help_form];
        if (arguments->help_form > 1)
                return print_out(print_completion, form);
        return print_out(arguments->help_form == 1 ? print_man : print_help, verb);
}

/* A descriptor below 3 that is closed would be given to the next file that we open, and what we say would end up in
 * it. Our own fillers are not inherited: the program finds its descriptors as they were. */
static void descriptors_fill(void)
{
        for (int fd = 0; fd < 3; fd++) {
                if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
                        continue;
                /* What was to be read on standard output shall not be thought to have been. */
                int mode = fd == STDOUT_FILENO ? O_RDONLY : O_RDWR;
                if (open("/dev/null", mode | O_CLOEXEC) != fd)
                        return;
        }
}

struct deed {
        const struct verb *verb;
        struct arguments *arguments;
        int status;
};

static void *deed_do(void *context)
{
        struct deed *deed = context;
        deed->status = deed->verb->act(deed->arguments);
        return NULL;
}

/* libdw wants more stack than a program may have been given (`ulimit -s 64`): then on one of our own. */
static int verb_act(const struct verb *verb, struct arguments *arguments)
{
        enum { STACK_LEAST = 1 << 20, STACK_OWN = 8 << 20 };
        struct deed deed = {.verb = verb, .arguments = arguments, .status = STATUS_UNABLE};
        struct rlimit stack;
        pthread_attr_t attributes;
        pthread_t thread;
        if (getrlimit(RLIMIT_STACK, &stack) < 0 || stack.rlim_cur >= STACK_LEAST)
                return verb->act(arguments);
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, STACK_OWN);
        int error = pthread_create(&thread, &attributes, deed_do, &deed);
        pthread_attr_destroy(&attributes);
        if (error)
                return verb->act(arguments);
        pthread_join(thread, NULL);
        return deed.status;
}

int command_main(int argc, char **argv)
{
        descriptors_fill();
        const struct verb *verb = argc > 1 ? verb_find(argv[1]) : NULL;
        int skip = verb ? 2 : 1;
        if (!verb)
                verb = verb_find("run");
        if (argc <= 1) {
                help_print(stderr, NULL);
                return STATUS_USAGE;
        }
        struct arguments arguments;
        int status;
        if (arguments_parse(&arguments, argc - skip, argv + skip, verb->bit, verb->bit == ON_RUN) < 0)
                status = STATUS_USAGE;
        else if (arguments.version)
                status = print_out(print_version, UNFREED_VERSION);
        else if (arguments.help)
                status = print_out(print_help, verb->bit == ON_HELP ? NULL : verb);
        else
                status = verb_act(verb, &arguments);
        arguments_deinit(&arguments);
        return status;
}
