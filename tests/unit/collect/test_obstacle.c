/* Why nothing can be seen of a program */
#include "cli/collect/obstacle.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(obstacle, .timeout = 10);

Test(obstacle, a_static_program_is_named_as_such)
{
        cr_assert_str_eq(obstacle_of(STATIC_PROGRAM), "is statically linked, so nothing can be preloaded into it");
}

Test(obstacle, a_dynamic_program_has_none)
{
        cr_assert_null(obstacle_of("/bin/sh"));
        cr_assert_null(obstacle_of("sh"));
}

Test(obstacle, a_script_is_judged_by_its_interpreter)
{
        char script[] = "/tmp/unfreed-script-XXXXXX";
        int fd = mkstemp(script);
        cr_assert_gt(write(fd, "#! " STATIC_PROGRAM " -x\n", strlen("#! " STATIC_PROGRAM " -x\n")), 0);
        close(fd);
        cr_assert_str_eq(obstacle_of(script), "is statically linked, so nothing can be preloaded into it");
        unlink(script);
}

Test(obstacle, a_damaged_or_foreign_one_is_no_reason_to_crash)
{
        char file[] = "/tmp/unfreed-elf-XXXXXX";
        int fd = mkstemp(file);
        char head[64] = "\177ELF\2\1\1";
        head[18] = 62;
        memset(head + 32, 0x7f, 8); /* program headers far outside */
        head[56] = 9;
        cr_assert_eq(write(fd, head, sizeof head), 64);
        cr_assert_str_eq(obstacle_of(file), "is a damaged ELF file");
        head[4] = 1;
        cr_assert_eq(pwrite(fd, head, sizeof head, 0), 64);
        cr_assert_str_eq(obstacle_of(file), "is a 32-bit program; only 64-bit ones can be looked at");
        cr_assert_eq(ftruncate(fd, 3), 0);
        cr_assert_null(obstacle_of(file));
        close(fd);
        unlink(file);
}
