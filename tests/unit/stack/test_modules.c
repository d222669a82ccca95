/* Which library an address belongs to, and what happens when one goes */
#include "shim/stack/cfi.h"
#include "shim/stack/memo.h"
#include "shim/stack/module.h"
#include "shim/stack/rule.h"
#include "walked.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef void library_call_fn(void (*back)(void));

static uint32_t node;
static void capture(void) { node = walked_door(); }

static void *library_load(const char *path, library_call_fn **ret_call)
{
        void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        cr_assert(handle, "%s", dlerror());
        *ret_call = (library_call_fn *)dlsym(handle, "library_call");
        return handle;
}

static void library_unload(void *handle)
{
        dlclose(handle);
        stack_modules_changed();
}

static bool stack_has_module(uint32_t stack, const char *name)
{
        for (; stack; stack = arena.nodes[stack].parent) {
                unsigned tag = wire_word_tag(arena.nodes[stack].word);
                if (tag == 0 || tag > WIRE_TAG_MODULE_MAX)
                        continue;
                const char *path = arena_element(WIRE_EXTENT_TEXT, arena.modules[tag].path, 1);
                if (strstr(path, name))
                        return true;
        }
        return false;
}

/* Constructors of libraries are called from there, and it has no tables. */
Test(modules, where_the_kernel_starts_the_loader_is_outermost)
{
        walked_begin();
        uintptr_t base = getauxval(AT_BASE), entry = base + ((const ElfW(Ehdr) *)base)->e_entry;
        cr_assert(module_is_loader(entry));
        cr_assert_not(module_is_loader((uintptr_t)strlen));
        cr_assert_not(module_is_loader((uintptr_t)capture));
        struct cfi_row row;
        cr_assert_eq(cfi_find(module_find(entry), entry + 40, &row), CFI_FOUND);
        cr_assert_eq(rule_encode(&row), RULE_OUTERMOST);
        cr_assert_neq(cfi_find(module_find(entry), entry - 1, &row) == CFI_FOUND ? rule_encode(&row) : 0, RULE_OUTERMOST);
}

Test(modules, an_address_knows_its_library)
{
        walked_begin();
        const struct module *own = module_find((uintptr_t)capture), *libc = module_find((uintptr_t)strlen);
        cr_assert(own && libc);
        cr_assert_neq(own->index, libc->index);
        cr_assert(strstr(own->path, "test-shim-modules"));
        cr_assert(strstr(libc->path, "libc.so.6"));
        cr_assert_eq(libc->n_build_id, 20);
        cr_assert_eq(module_find((uintptr_t)strlen), libc);
        cr_assert_null(module_find((uintptr_t)&own), "the stack is no module");
        cr_assert_null(module_find(1));
}

Test(modules, the_arena_says_what_the_file_says)
{
        walked_begin();
        uint32_t index = stack_module((uintptr_t)capture);
        cr_assert_neq(index, 0);
        struct wire_module module = arena.modules[index];
        Dl_info info;
        struct link_map *map;
        dladdr1((void *)capture, &info, (void **)&map, RTLD_DL_LINKMAP);
        cr_assert_eq(module.bias, map->l_addr);
        cr_assert_leq(module.start, (uintptr_t)capture);
        cr_assert_gt(module.end, (uintptr_t)&node);
        cr_assert_eq(module.build_id_bytes, 20);
}

Test(modules, code_that_took_the_place_of_other_code_is_walked)
{
        library_call_fn *first, *second;
        walked_begin();
        void *handle = library_load(LIBRARY_A, &first);
        for (int i = 0; i < 3; ++i)
                first(capture);
        cr_assert(stack_has_module(node, "library-a"));
        uint32_t generation = atomic_load(&rule_generation);
        library_unload(handle);
        cr_assert_neq(atomic_load(&rule_generation), generation, "what was remembered holds no more");
        handle = library_load(LIBRARY_B, &second);
        cr_assert_eq(first, second, "or nothing is tested");
        for (int i = 0; i < 3; ++i)
                second(capture);
        cr_assert(stack_has_module(node, "library-b"));
        cr_assert_not(stack_has_module(node, "library-a"));
}

Test(modules, a_library_that_comes_back_is_the_same_one)
{
        library_call_fn *call;
        walked_begin();
        void *handle = library_load(LIBRARY_A, &call);
        call(capture);
        uint32_t before = stack_module((uintptr_t)call);
        dlclose(handle);
        handle = library_load(LIBRARY_A, &call);
        stack_modules_changed();
        cr_assert_eq(stack_module((uintptr_t)call), before);
}

Test(modules, while_none_goes_nothing_is_forgotten)
{
        walked_begin();
        walked_door();
        uint32_t generation = atomic_load(&rule_generation);
        stack_modules_changed();
        cr_assert_eq(atomic_load(&rule_generation), generation);
}

/* Code without tables, as a compiler at run time makes; where it returns to. */
#if defined __x86_64__
/* push %rbp; mov %rsp,%rbp; call *%rdi; pop %rbp; ret */
static const unsigned char made_code[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3};
enum { MADE_RETURN = 6 };
#else
/* stp x29, x30, [sp, #-16]!; mov x29, sp; blr x0; ldp x29, x30, [sp], #16; ret */
static const uint32_t made_code[] = {0xa9bf7bfd, 0x910003fd, 0xd63f0000, 0xa8c17bfd, 0xd65f03c0};
enum { MADE_RETURN = 12 };
#endif

Test(modules, code_without_tables_ends_the_stack_each_time)
{
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memcpy(page, made_code, sizeof made_code);
        __builtin___clear_cache(page, (char *)page + sizeof made_code);
        walked_begin();
        uint64_t words[100];
        for (int i = 0; i < 3; ++i) {
                ((library_call_fn *)page)(capture);
                unsigned n = walked_frames(node, words, 100);
                cr_assert_eq(n, 2);
                cr_assert_eq(wire_word_value(words[1]), (uintptr_t)page + MADE_RETURN);
                cr_assert_eq(wire_word_tag(words[1]), 0);
                cr_assert_eq(walked_thread.memo->levels[0].trunk.lost_pc, (uintptr_t)page + MADE_RETURN,
                             "so that it is asked for again: tables may come");
        }
}

/* --- code that the program describes --- */

void __register_frame(void *table);
void __deregister_frame(void *table);

/* One CIE, one FDE and the end, for made_code; with absolute pointers. */
struct table {
        uint32_t cie_bytes, cie_id;
        uint8_t cie[12];
        uint32_t fde_bytes, cie_back;
        uint64_t start, size;
        uint8_t program[16];
        uint32_t end;
} __attribute__((packed));

static const struct table made_table = {
        .cie_bytes = 16,
        .fde_bytes = 36,
        .cie_back = 24,
        .size = sizeof made_code,
/* version, no augmentation, alignment of code and data, column of the return address; the CFA at the first instruction */
#if defined __x86_64__
        .cie = {1, 0, 1, 0x78, 16, 0x0c, 7, 8, 0x90, 1},
        .program = {0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6, 0x43, 0x0c, 7, 8},
#else
        .cie = {1, 0, 4, 0x78, 30, 0x0c, 31, 0},
        .program = {0x41, 0x0e, 16, 0x9d, 2, 0x9e, 1, 0x43, 0x0e, 0, 0xdd, 0xde},
#endif
};

static library_call_fn *code_make(struct table *ret_table)
{
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memcpy(page, made_code, sizeof made_code);
        __builtin___clear_cache(page, (char *)page + sizeof made_code);
        *ret_table = made_table;
        ret_table->start = (uintptr_t)page;
        return (library_call_fn *)page;
}

Test(modules, code_that_is_described_is_walked_as_long_as_it_is)
{
        struct table *table = malloc(sizeof *table);
        uint64_t words[100];
        walked_begin();
        library_call_fn *call = code_make(table);
        call(capture);
        cr_assert_eq(walked_frames(node, words, 100), 2);
        __register_frame(table);
        stack_code_described(table);
        for (int i = 0; i < 3; ++i) {
                call(capture);
                cr_assert_gt(walked_frames(node, words, 100), 4, "what called it is there");
                cr_assert_eq(wire_word_value(words[1]), (uintptr_t)call + MADE_RETURN);
                cr_assert_eq(wire_word_tag(words[1]), 0);
                cr_assert_neq(wire_word_tag(words[2]), 0);
        }
        __deregister_frame(table);
        stack_code_gone(table);
        for (int i = 0; i < 3; ++i) {
                call(capture);
                cr_assert_eq(walked_frames(node, words, 100), 2);
        }
}

Test(modules, of_two_descriptions_of_one_place_the_one_that_is_left_holds)
{
        struct table first, second;
        uint64_t words[100];
        walked_begin();
        walked_forgiving = true; /* libgcc would not have two */
        library_call_fn *call = code_make(&first);
        second = first;
        stack_code_described(&first);
        stack_code_described(&second);
        stack_code_gone(&second);
        call(capture);
        cr_assert_gt(walked_frames(node, words, 100), 4);
        stack_code_gone(&first);
        call(capture);
        cr_assert_eq(walked_frames(node, words, 100), 2);
        stack_code_gone(&first);
}

Test(modules, a_description_of_any_bytes_harms_nobody)
{
        char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        struct table *table = (struct table *)(pages + 4096 - sizeof *table);
        mprotect(pages + 4096, 4096, PROT_NONE);
        walked_begin();
        walked_forgiving = true; /* libgcc is not told of them */
        library_call_fn *call = code_make(table);
        const struct table right = *table;
        for (int i = 0; i < 3000; ++i) {
                *table = right;
                for (unsigned n = 1 + walked_random() % 4; n > 0; --n)
                        ((uint8_t *)table)[walked_random() % sizeof *table] = (uint8_t)walked_random();
                stack_code_described(table);
                call(capture);
                stack_code_gone(table);
        }
        stack_code_described(pages + 4094);
        stack_code_described(pages + 4096);
        stack_code_described(NULL);
}

Test(modules, a_fork_child_has_the_same_numbers_in_its_own_arena)
{
        walked_begin();
        capture();
        uint32_t libc = stack_module((uintptr_t)strlen), own = stack_module((uintptr_t)capture);
        pid_t child = fork();
        if (child == 0) {
                if (!arena_init(5, &place_helper))
                        _exit(90);
                stack_init(true);
                walked_begin_thread(1);
                capture();
                if (stack_module((uintptr_t)strlen) != libc || stack_module((uintptr_t)capture) != own)
                        _exit(91);
                if (!stack_has_module(node, "test-shim-modules"))
                        _exit(92);
                _exit(walked_n_differ == 0 ? 0 : 93);
        }
        int status;
        waitpid(child, &status, 0);
        cr_assert_eq(status, 0, "%x", status);
}

/* --- threads --- */

static void *thread_main(void *argument)
{
        walked_begin_thread((uint32_t)(uintptr_t)argument);
        for (int i = 0; i < 3000; ++i)
                capture();
        return NULL;
}

Test(modules, threads_walk_beside_each_other_while_libraries_come_and_go)
{
        library_call_fn *call;
        pthread_t threads[3];
        walked_begin();
        for (uintptr_t i = 0; i < 3; ++i)
                pthread_create(&threads[i], NULL, thread_main, (void *)(i + 2));
        for (int i = 0; i < 60; ++i) {
                void *handle = library_load(i & 1 ? LIBRARY_A : LIBRARY_B, &call);
                call(capture);
                library_unload(handle);
        }
        for (int i = 0; i < 3; ++i)
                pthread_join(threads[i], NULL);
        cr_assert_eq(walked_n_differ, 0);
}
