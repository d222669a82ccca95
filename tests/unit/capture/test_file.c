/* Capture files: what is written is read again, and nothing else is taken for a capture */
#include "capture/arena_maker.h"
#include "cli/capture/arena.h"
#include "cli/capture/chunk.h"
#include "cli/capture/file.h"
#include "cli/capture/label.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct maker maker;
static char directory[64], path[128];
static unsigned char *bytes;
static size_t n_bytes;

static void file_load(void)
{
        int fd = open(path, O_RDONLY);
        struct stat status;
        cr_assert_eq(fstat(fd, &status), 0);
        n_bytes = (size_t)status.st_size;
        bytes = malloc(n_bytes + 1);
        cr_assert_eq(read(fd, bytes, n_bytes), (ssize_t)n_bytes);
        close(fd);
}

static void file_write(void)
{
        char *command[] = {"./leaky", "--fast", NULL};
        struct process process;
        cr_assert_null(arena_read(maker.fd, &process));
        process.end.how = END_SIGNAL;
        process.end.signal = 11;
        struct capture_writer *writer = capture_writer_new();
        capture_writer_add(writer, maker.fd, &process);
        capture_writer_add(writer, maker.fd, &process);
        capture_writer_add_command(writer, command, 139);
        capture_writer_add_names(writer, "names", 5);
        cr_assert_eq(capture_writer_end(writer, path, false), 0);
        capture_writer_free(writer);
        process_deinit(&process);
}

static void make(void)
{
        maker_init(&maker);
        uint32_t stack = maker_stack(&maker, 4, 0x400100);
        maker_block(&maker, 11, stack, 24, WIRE_VERDICT_DEFINITE);
        maker_block(&maker, 70000, stack, 24, WIRE_VERDICT_DEFINITE);
        strcpy(directory, "/tmp/unfreed-test-XXXXXX");
        cr_assert(mkdtemp(directory));
        snprintf(path, sizeof path, "%s/run.unfreed", directory);
        file_write();
        file_load();
        cr_redirect_stderr();
}

static void drop(void)
{
        free(bytes);
        unlink(path);
        rmdir(directory);
        maker_deinit(&maker);
}
TestSuite(capture_file, .init = make, .fini = drop, .timeout = 60);

static const char *names_keep(void *context, const void *names, size_t n)
{
        snprintf(context, 16, "%.*s", (int)n, (const char *)names);
        return NULL;
}

Test(capture_file, what_was_written_is_read)
{
        struct capture capture = {0};
        char names[16] = "";
        cr_assert_eq(capture_read(path, &capture, names_keep, names), 0);
        cr_assert_eq(capture.n_processes, 2);
        cr_assert_str_eq(names, "names");
        cr_assert_str_eq(capture.command[1], "--fast");
        cr_assert_null(capture.command[2]);
        cr_assert_eq(capture.exit_status, 139);
        const struct process *process = &capture.processes[1];
        cr_assert_eq(process->end.how, END_SIGNAL);
        cr_assert_eq(process->end.signal, 11);
        cr_assert_str_eq(process->exe, "/abs/leaky");
        cr_assert_eq(process->n_sites, 1);
        cr_assert_eq(process->sites[0].blocks, 2);
        cr_assert_eq(process->sites[0].bytes, 48);
        capture_deinit(&capture);
}

Test(capture_file, several_are_put_together)
{
        struct capture capture = {0};
        for (int i = 0; i < 3; i++)
                cr_assert_eq(capture_read(path, &capture, NULL, NULL), 0);
        cr_assert_eq(capture.n_processes, 6);
        capture_deinit(&capture);
}

Test(capture_file, nothing_else_is_left_in_the_directory)
{
        cr_assert_eq(unlink(path), 0);
        cr_assert_eq(rmdir(directory), 0, "a temporary file was left behind");
        cr_assert_eq(mkdir(directory, 0700), 0);
}

Test(capture_file, labels_that_make_no_sense_are_refused)
{
        char *good = labels_checked("a=1\0b=\0", 8), *none = labels_checked("", 1);
        cr_assert(good && none);
        cr_assert_eq(labels_bytes(good), 8);
        cr_assert_eq(labels_bytes(none), 1);
        free(good);
        free(none);
        cr_assert_null(labels_checked("a=1", 3), "no end");
        cr_assert_null(labels_checked("a=1\0", 4), "no empty string");
        cr_assert_null(labels_checked("a\0\0", 3), "no value");
        cr_assert_null(labels_checked("=1\0\0", 4), "no key");
        cr_assert_null(labels_checked("a=1\0a=2\0", 9), "a key twice");
        cr_assert_null(labels_checked("a=1\0\0x", 6), "more after the end");
        cr_assert_null(labels_checked("", 0));
}

Test(capture_file, a_fresh_one_replaces_nothing)
{
        struct capture_writer *writer = capture_writer_new();
        cr_assert_eq(capture_writer_end(writer, path, true), 1);
        capture_writer_free(writer);
        struct capture capture = {0};
        cr_assert_eq(capture_read(path, &capture, NULL, NULL), 0);
        cr_assert_eq(capture.n_processes, 2);
        capture_deinit(&capture);
        cr_assert_eq(unlink(path), 0);
        cr_assert_eq(rmdir(directory), 0, "a temporary file was left behind");
        cr_assert_eq(mkdir(directory, 0700), 0);
}

Test(capture_file, one_cut_anywhere_is_refused)
{
        for (size_t n = 0; n < n_bytes; n++) {
                struct capture capture = {0};
                cr_assert_eq(capture_parse(path, bytes, n, &capture, NULL, NULL), -1, "cut at %zu", n);
                cr_assert_eq(capture.n_processes, 0);
                cr_assert_null(capture.command);
                capture_deinit(&capture);
        }
}

Test(capture_file, one_with_any_byte_changed_is_refused)
{
        for (size_t i = 0; i < n_bytes; i++) {
                struct capture capture = {0};
                bytes[i] ^= 0x20;
                cr_assert_eq(capture_parse(path, bytes, n_bytes, &capture, NULL, NULL), -1, "byte %zu", i);
                bytes[i] ^= 0x20;
                capture_deinit(&capture);
        }
}

Test(capture_file, foreign_and_newer_ones_are_named_as_such)
{
        struct capture capture = {0};
        struct capture_head *head = (struct capture_head *)bytes;
        cr_assert_eq(capture_parse("/bin/foreign", (const unsigned char *)"\177ELF", 4, &capture, NULL, NULL), -1);
        cr_assert_eq(capture_parse("empty", bytes, 0, &capture, NULL, NULL), -1);
        head->version = CAPTURE_VERSION + 1;
        cr_assert_eq(capture_parse("newer", bytes, n_bytes, &capture, NULL, NULL), -1);
        cr_assert_eq(capture_read("/nowhere/at/all", &capture, NULL, NULL), -1);
        cr_assert_eq(capture_read("/tmp", &capture, NULL, NULL), -1);
        fflush(stderr);
        cr_assert_stderr_eq_str("unfreed: /bin/foreign: it is not a capture of unfreed\n"
                                "unfreed: empty: it is empty, not a capture\n"
                                "unfreed: newer: it was made by a newer unfreed (format 2; this one reads 1)\n"
                                "unfreed: /nowhere/at/all: No such file or directory\n"
                                "unfreed: /tmp: Is a directory\n");
}

Test(capture_file, a_directory_that_cannot_be_written_is_said)
{
        struct capture_writer *writer = capture_writer_new();
        cr_assert_eq(capture_writer_end(writer, "/nowhere/at/all", false), -1);
        capture_writer_free(writer);
        fflush(stderr);
        cr_assert_stderr_eq_str("unfreed: /nowhere/at/all cannot be written: No such file or directory\n");
}
