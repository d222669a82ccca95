/* The doors of what the C library starts by a shell
 *
 * system(), popen() and wordexp() give the shell the environment of the process, past our doors of exec and spawn. Where
 * the program has taken us out of it, we are in it again while they run: in an array of our own, which is never given
 * back, since another thread may be reading the environment just then.
 */
#include "shim/hooks/door.h"
#include "shim/hooks/environment.h"
#include "shim/sys/pages.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wordexp.h>

struct loan {
        char **own, **lent; /* lent NULL = nothing was to be done */
        bool is_kept;       /* in the array that is kept for the next time */
};

static char **kept;
static size_t kept_bytes;
static atomic_flag kept_in_use = ATOMIC_FLAG_INIT;

/* Two at a time is seldom: the second has pages of its own. */
static char **array_take(size_t bytes, struct loan *loan)
{
        loan->is_kept = !atomic_flag_test_and_set(&kept_in_use);
        if (!loan->is_kept)
                return pages_take(bytes);
        if (bytes > kept_bytes) {
                char **larger = pages_take(2 * bytes);
                kept = larger ? larger : kept;
                kept_bytes = larger ? 2 * bytes : kept_bytes;
        }
        return bytes <= kept_bytes ? kept : NULL;
}

static struct loan lend(void)
{
        struct loan loan = {.own = environ};
        size_t bytes = environment_bytes(environ, false);
        if (bytes == 0)
                return loan;
        loan.lent = array_take(bytes, &loan);
        if (loan.lent) {
                environment_fill(environ, false, loan.lent);
                environ = loan.lent;
        }
        return loan;
}

/* If the program has made itself another environment meanwhile, it has copied ours, and keeps it. */
static void take_back(const struct loan *loan)
{
        if (loan->lent && environ == loan->lent)
                environ = loan->own;
        if (loan->is_kept)
                atomic_flag_clear(&kept_in_use);
}

DOOR int system(const char *command)
{
        next_begin();
        struct loan loan = lend();
        int status = next_system(command);
        take_back(&loan);
        return status;
}

DOOR FILE *popen(const char *command, const char *type)
{
        next_begin();
        struct loan loan = lend();
        FILE *stream = next_popen(command, type);
        take_back(&loan);
        return stream;
}

DOOR int wordexp(const char *words, wordexp_t *ret, int flags)
{
        next_begin();
        struct loan loan = lend();
        int result = next_wordexp(words, ret, flags);
        take_back(&loan);
        return result;
}
