/* One message, one write(2) */
#include "shim/sys/message.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

Test(message, is_one_line)
{
        cr_redirect_stderr();
        struct message message;
        message_begin(&message);
        message_text(&message, "at ");
        message_hex(&message, 0x1f);
        message_text(&message, ", ");
        message_number(&message, 42);
        message_end(&message);
        cr_assert_stderr_eq_str("unfreed: at 0x1f, 42\n");
}

Test(message, is_cut_where_it_is_too_long)
{
        struct message message;
        message_begin(&message);
        for (int i = 0; i < 1000; i++)
                message_text(&message, "0123456789");
        cr_assert_eq(message.length, sizeof message.text - 1);
}

Test(message, kills_nobody_when_nobody_reads)
{
        int ends[2];
        cr_assert_eq(pipe(ends), 0);
        close(ends[0]);
        dup2(ends[1], 2);
        message_line("heard by nobody");
        sigset_t waiting;
        sigpending(&waiting);
        cr_assert_not(sigismember(&waiting, SIGPIPE));
}

Test(message, kills_nobody_past_the_limit_of_files)
{
        char name[] = "/tmp/unfreed-message-XXXXXX";
        int fd = mkstemp(name);
        unlink(name);
        dup2(fd, 2);
        struct rlimit nothing = {0, 0};
        setrlimit(RLIMIT_FSIZE, &nothing);
        message_line("no room for this");
        sigset_t waiting;
        sigpending(&waiting);
        cr_assert_not(sigismember(&waiting, SIGXFSZ));
}
