#include "cli/collect/listen.h"

#include "wire/arena.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct listener listener;

static void setup(void) { cr_assert_eq(listen_open(&listener), 0); }
static void teardown(void) { listen_close(&listener); }

TestSuite(listen, .init = setup, .fini = teardown);

/* A word that tells the messages apart, sent to the name or to the path. */
static void say(bool by_path, const char *program)
{
        struct wire_becomes word = {.magic = WIRE_BECOMES_MAGIC, .version = WIRE_VERSION, .how = WIRE_BECOMES};
        struct sockaddr_un where = {.sun_family = AF_UNIX};
        size_t n = strcspn(listener.address, ":");
        snprintf(word.program, sizeof word.program, "%s", program);
        if (by_path)
                snprintf(where.sun_path, sizeof where.sun_path, "%s", listener.address + n + 1);
        else
                memcpy(where.sun_path + 1, listener.address + 1, n - 1);
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        socklen_t bytes =
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (by_path ? strlen(where.sun_path) + 1 : n));
        cr_assert_eq(sendto(fd, &word, sizeof word, 0, (struct sockaddr *)&where, bytes), sizeof word);
        close(fd);
}

static void expect(const char *program)
{
        struct arrival arrival;
        cr_assert_eq(listen_take(&listener, &arrival), 1);
        cr_assert_str_eq(arrival.program, program);
        cr_assert_eq(arrival.pid, getpid());
}

static void expect_nothing(void)
{
        struct arrival arrival;
        cr_assert_eq(listen_take(&listener, &arrival), 0);
}

Test(listen, what_comes_by_the_path_is_taken_as_what_comes_by_the_name_is)
{
        say(true, "/by/path");
        expect("/by/path");
        say(false, "/by/name");
        expect("/by/name");
        expect_nothing();
}

Test(listen, what_came_by_the_name_is_given_out_before_what_came_by_the_path)
{
        say(false, "/first");
        say(true, "/third");
        say(false, "/second");
        expect("/first");
        expect("/second");
        expect("/third");
        expect_nothing();
}

Test(listen, the_folder_is_entered_by_whoever_knows_the_name_and_is_gone_in_the_end)
{
        char folder[WIRE_ADDRESS_BYTES];
        struct stat status;
        snprintf(folder, sizeof folder, "%s", strchr(listener.address, ':') + 1);
        cr_assert_eq(stat(folder, &status), 0);
        cr_assert_eq(status.st_mode & 0777, 0666);
        *strrchr(folder, '/') = '\0';
        cr_assert_eq(stat(folder, &status), 0);
        cr_assert_eq(status.st_mode & 0777, 0711);
        listen_close(&listener);
        cr_assert_neq(stat(folder, &status), 0);
}
