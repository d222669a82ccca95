/* Why nothing can be seen of a program */
#include "bare/program_file.h"
#include "cli/collect/obstacle.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
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

static void program_write(char *path, const char *library, size_t bytes)
{
        struct program_file program;
        program_file_make(&program, library);
        int fd = mkstemp(path);
        cr_assert_eq(write(fd, &program, bytes), (ssize_t)bytes);
        close(fd);
}

Test(obstacle, a_program_with_a_sanitizer_is_named_as_such_and_would_be_harmed)
{
        char file[] = "/tmp/unfreed-elf-XXXXXX";
        program_write(file, "libtsan.so.2", sizeof(struct program_file));
        cr_assert_eq(strncmp(obstacle_of(file), "is built with ThreadSanitizer, ", 31), 0);
        cr_assert(obstacle_is_harmed(file));
        cr_assert_not(obstacle_is_harmed(STATIC_PROGRAM));
        cr_assert_not(obstacle_is_harmed("/bin/sh"));
        unlink(file);
}

Test(obstacle, a_program_with_a_sanitizer_that_is_cut_has_none_or_is_damaged)
{
        for (size_t n = 0; n < offsetof(struct program_file, names) + 40; n += 4) {
                char file[] = "/tmp/unfreed-elf-XXXXXX";
                program_write(file, "libtsan.so.2", n);
                const char *why = obstacle_of(file);
                cr_assert(!why || strcmp(why, "is a damaged ELF file") == 0);
                cr_assert_not(obstacle_is_harmed(file));
                unlink(file);
        }
}

Test(obstacle, a_sanitizer_in_the_preload_is_one_for_every_program)
{
        setenv("LD_PRELOAD", "/nowhere/libasan.so.8:x.so", 1);
        cr_assert_eq(obstacle_of("/bin/sh"), obstacle_preloaded);
        cr_assert(obstacle_is_harmed("/bin/sh"));
        cr_assert_str_eq(obstacle_of(STATIC_PROGRAM), "is statically linked, so nothing can be preloaded into it");
        setenv("LD_PRELOAD", "x.so", 1);
        cr_assert_null(obstacle_of("/bin/sh"));
        cr_assert_not(obstacle_is_harmed("/bin/sh"));
}
