/* Programs that have a sanitizer in them */
#include "bare/program_file.h"
#include "bare/sanitizer.h"

#include <criterion/criterion.h>
#include <stddef.h>

/* The file is in memory, so that a read beyond its end would be seen, and reads can be counted. */
static const void *file;
static size_t file_bytes, n_reads;

static size_t file_read(int fd, void *ret, size_t bytes, uint64_t offset)
{
        (void)fd;
        n_reads++;
        if (offset >= file_bytes)
                return 0;
        size_t n = bytes < file_bytes - offset ? bytes : file_bytes - (size_t)offset;
        memcpy(ret, (const char *)file + offset, n);
        return n;
}

static const char *sanitizer_of(const void *bytes, size_t n)
{
        file = bytes;
        file_bytes = n;
        n_reads = 0;
        return sanitizer_of_program(3, file_read);
}

static const char *sanitizer_of_one_with(const char *library)
{
        struct program_file program;
        program_file_make(&program, library);
        return sanitizer_of(&program, sizeof program);
}

Test(sanitizer, is_told_by_the_library_that_the_program_needs)
{
        cr_assert_str_eq(sanitizer_of_one_with("libasan.so.8"), "AddressSanitizer");
        cr_assert_str_eq(sanitizer_of_one_with("libasan.so.5"), "AddressSanitizer");
        cr_assert_str_eq(sanitizer_of_one_with("libclang_rt.asan-x86_64.so"), "AddressSanitizer");
        cr_assert_str_eq(sanitizer_of_one_with("libclang_rt.hwasan-aarch64.so"), "HWAddressSanitizer");
        cr_assert_str_eq(sanitizer_of_one_with("libhwasan.so.0"), "HWAddressSanitizer");
        cr_assert_str_eq(sanitizer_of_one_with("libtsan.so.2"), "ThreadSanitizer");
        cr_assert_str_eq(sanitizer_of_one_with("liblsan.so.0"), "LeakSanitizer");
}

Test(sanitizer, of_undefined_behaviour_does_no_harm_and_is_none)
{
        cr_assert_null(sanitizer_of_one_with("libubsan.so.1"));
        cr_assert_null(sanitizer_of_one_with("libclang_rt.ubsan_standalone-x86_64.so"));
        cr_assert_null(sanitizer_of_one_with("libasan"));
        cr_assert_null(sanitizer_of_one_with("mylibasan.so.8"));
        cr_assert_null(sanitizer_of_one_with(""));
}

Test(sanitizer, of_a_file_that_ends_anywhere_is_found_or_not)
{
        struct program_file program;
        program_file_make(&program, "libtsan.so.2");
        size_t enough = offsetof(struct program_file, names) + 40 + strlen("libtsan.so");
        for (size_t n = 0; n <= sizeof program; n++)
                cr_assert_eq(sanitizer_of(&program, n) != NULL, n >= enough);
}

Test(sanitizer, of_a_file_with_any_byte_damaged_ends_soon)
{
        struct program_file program;
        for (size_t i = 0; i < sizeof program; i++)
                for (int value = 0; value < 256; value += 5) {
                        program_file_make(&program, "libtsan.so.2");
                        ((unsigned char *)&program)[i] = (unsigned char)value;
                        sanitizer_of(&program, sizeof program);
                        cr_assert_lt(n_reads, 300);
                }
}

Test(sanitizer, of_names_that_stand_nowhere_is_none)
{
        struct program_file program;
        program_file_make(&program, "libtsan.so.2");
        program.entries[3].d_un.d_val = UINT64_MAX;
        cr_assert_null(sanitizer_of(&program, sizeof program));
        program_file_make(&program, "libtsan.so.2");
        program.entries[0].d_un.d_val = program.entries[2].d_un.d_val = UINT64_MAX - 3;
        cr_assert_null(sanitizer_of(&program, sizeof program));
        program_file_make(&program, "libtsan.so.2");
        program.entries[3].d_tag = DT_SYMTAB;
        cr_assert_null(sanitizer_of(&program, sizeof program));
        program_file_make(&program, "libtsan.so.2");
        program.elf.e_phentsize = 32;
        cr_assert_null(sanitizer_of(&program, sizeof program));
}

/* Whatever is asked for, it is one more entry of this kind. */
static uint64_t endless_tag;
static size_t endless_read(int fd, void *ret, size_t bytes, uint64_t offset)
{
        struct program_file program;
        program_file_make(&program, "libtsan.so.2");
        program.elf.e_phnum = 65535;
        program.dynamic.p_filesz = UINT64_MAX;
        program.data.p_filesz = UINT64_MAX / 2;
        program.data.p_type = endless_tag == DT_NULL ? PT_NOTE : PT_LOAD;
        file = &program;
        file_bytes = sizeof program;
        if (offset < offsetof(struct program_file, entries))
                return file_read(fd, ret, bytes, offset);
        n_reads++;
        memset(ret, 0, bytes);
        for (size_t i = 0; i + sizeof(Elf64_Dyn) <= bytes; i += sizeof(Elf64_Dyn)) {
                Elf64_Dyn entry = {(int64_t)endless_tag, {PROGRAM_FILE_DATA_AT}};
                if (i == 0 && offset == offsetof(struct program_file, entries))
                        entry.d_tag = DT_STRTAB;
                memcpy((char *)ret + i, &entry, sizeof entry);
        }
        return bytes;
}

Test(sanitizer, of_a_file_without_end_is_given_up)
{
        static const uint64_t tags[] = {DT_NULL, DT_NEEDED, DT_HASH};
        for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
                endless_tag = tags[i];
                n_reads = 0;
                cr_assert_null(sanitizer_of_program(3, endless_read));
                cr_assert_lt(n_reads, 400);
        }
}

Test(sanitizer, in_a_preload_is_told_by_its_name_wherever_it_lies)
{
        cr_assert_str_eq(sanitizer_of_preload("libasan.so.8"), "AddressSanitizer");
        cr_assert_str_eq(sanitizer_of_preload("/a b/c:/usr/lib/libtsan.so.2"), "ThreadSanitizer");
        cr_assert_str_eq(sanitizer_of_preload("x.so /usr/lib/liblsan.so.0 y.so"), "LeakSanitizer");
        cr_assert_null(sanitizer_of_preload(""));
        cr_assert_null(sanitizer_of_preload(":: "));
        cr_assert_null(sanitizer_of_preload("/libasan.so.8/other.so:libubsan.so.1:libasan.s"));
}
