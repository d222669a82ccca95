/* What is read from an arena, and what is not believed */
#include "capture/arena_maker.h"
#include "cli/capture/arena.h"
#include "cli/capture/site.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static struct maker maker;
static struct process process;

static void make(void) { maker_init(&maker); }
static void drop(void)
{
        process_deinit(&process);
        maker_deinit(&maker);
}
TestSuite(arena, .init = make, .fini = drop);

static void read_well(void)
{
        const char *why = arena_read(maker.fd, &process);
        cr_assert_null(why, "refused: %s", why);
}

Test(arena, what_the_process_was_is_read)
{
        read_well();
        cr_assert_eq(process.pid, 4711);
        cr_assert_str_eq(process.exe, "/abs/leaky");
        cr_assert_eq(process.argc, 2);
        cr_assert_str_eq(process.argv[1], "--fast");
        cr_assert_eq(process.end.how, END_EXIT);
}

Test(arena, blocks_of_one_stack_are_one_site)
{
        uint32_t here = maker_stack(&maker, 2, 0x400100), there = maker_stack(&maker, 3, 0x400200);
        maker_block(&maker, 7, here, 64, WIRE_VERDICT_DEFINITE);
        maker_block(&maker, 9, here, 16, WIRE_VERDICT_DEFINITE);
        maker_block(&maker, 600, there, 0, WIRE_VERDICT_REACHABLE);
        maker_block(&maker, 200000, here, 30, WIRE_VERDICT_DEFINITE); /* another leaf */
        read_well();
        cr_assert_eq(process.n_sites, 2);
        cr_assert_eq(process.sites[0].stack, here);
        cr_assert_eq(process.sites[0].blocks, 3);
        cr_assert_eq(process.sites[0].bytes, 110);
        cr_assert_eq(process.sites[0].least_bytes, 16);
        cr_assert_eq(process.sites[0].most_bytes, 64);
        cr_assert_eq(process.sites[1].verdict, WIRE_VERDICT_REACHABLE);
        cr_assert_eq(process.sites[1].blocks, 1);
}

Test(arena, a_released_block_is_no_leak)
{
        uint32_t here = maker_stack(&maker, 1, 0x400100);
        maker_block(&maker, 3, here, 64, WIRE_VERDICT_DEFINITE);
        wire_slot *slots = maker_element(&maker, WIRE_EXTENT_SLOTS, 1);
        slots[3] |= UINT64_C(1) << WIRE_SLOT_RELEASED_SHIFT;
        maker_block(&maker, 5, here, 1 << 20, WIRE_VERDICT_DEFINITE);
        ((struct wire_large *)maker_element(&maker, WIRE_EXTENT_LARGE, 5))->released = 1;
        read_well();
        cr_assert_eq(process.n_sites, 0);
}

Test(arena, large_blocks_are_found_wherever_they_were_hashed)
{
        uint32_t here = maker_stack(&maker, 1, 0x400100);
        maker_block(&maker, 0, here, 1 << 20, WIRE_VERDICT_POSSIBLE);
        maker_block(&maker, 2000, here, 1 << 21, WIRE_VERDICT_POSSIBLE);
        maker_block(&maker, 4095, here, UINT64_C(1) << 40, WIRE_VERDICT_POSSIBLE);
        read_well();
        cr_assert_eq(process.n_sites, 1);
        cr_assert_eq(process.sites[0].blocks, 3);
        cr_assert_eq(process.sites[0].most_bytes, UINT64_C(1) << 40);
}

Test(arena, verdicts_of_an_unfinished_judgement_are_not_believed)
{
        uint32_t here = maker_stack(&maker, 1, 0x400100);
        maker_block(&maker, 1, here, 8, WIRE_VERDICT_DEFINITE);
        maker_block(&maker, 2, here, 8, WIRE_VERDICT_RUNTIME);
        maker.header->judged = WIRE_JUDGED_BEGUN;
        read_well();
        cr_assert_eq(process.n_sites, 2);
        cr_assert_eq(process.sites[0].verdict, WIRE_VERDICT_UNCLASSIFIED);
        cr_assert_eq(process.sites[1].verdict, WIRE_VERDICT_RUNTIME);
}

Test(arena, what_is_lost_through_a_block_is_joined_to_it)
{
        uint32_t here = maker_stack(&maker, 1, 0x400100);
        maker_block(&maker, 1, here, 8, WIRE_VERDICT_DEFINITE);
        struct wire_holder *row = maker_element(&maker, WIRE_EXTENT_HOLDERS, 1);
        maker.header->extents[WIRE_EXTENT_HOLDERS].used = 2;
        *row = (struct wire_holder){
                .stack = here, .kind = WIRE_HOLDER_LEADS, .verdict = WIRE_VERDICT_DEFINITE, .blocks = 2, .bytes = 128};
        read_well();
        cr_assert_eq(process.sites[0].indirect_blocks, 2);
        cr_assert_eq(process.sites[0].indirect_bytes, 128);
}

Test(arena, frames_come_innermost_first_without_the_entry_point)
{
        uint32_t here = maker_stack(&maker, 3, 0x400100);
        read_well();
        struct raw_frame frames[8];
        enum wire_entry entry;
        size_t n = process_frames(&process, here, frames, 8, &entry, NULL);
        cr_assert_eq(n, 3);
        cr_assert_eq(entry, WIRE_ENTRY_MALLOC);
        cr_assert_eq(frames[0].address, 0x400100);
        cr_assert_eq(frames[2].address, 0x400102);
        cr_assert_str_eq(frames[0].module->name, "leaky");
        cr_assert_eq(process_frames(&process, here, frames, 1, NULL, NULL), 3);
}

Test(arena, python_frames_are_a_list_of_their_own)
{
        struct wire_code *code = maker_element(&maker, WIRE_EXTENT_CODES, 1);
        maker.header->extents[WIRE_EXTENT_CODES].used = 2;
        code->filename = maker_text(&maker, "use.py");
        code->qualname = maker_text(&maker, "work");
        code->line_table = code->filename;
        code->line_table_bytes = 3;
        uint32_t python = maker_node(&maker, 0, wire_word_code(1, 12));
        uint32_t native = maker_node(&maker, 0, wire_word(1, 0x400100));
        uint32_t between = maker_node(&maker, native, wire_word(WIRE_TAG_PYTHON, python));
        uint32_t stack = maker_node(&maker, between, wire_word_allocator(WIRE_ENTRY_PYMEM_MALLOC, 0));
        read_well();
        struct raw_frame frames[4];
        cr_assert_eq(process_frames(&process, stack, frames, 4, NULL, NULL), 1);
        cr_assert_eq(process_python_frames(&process, stack, frames, 4), 1);
        cr_assert_str_eq(frames[0].code->qualname, "work");
        cr_assert_eq(frames[0].lasti, 12);
        cr_assert_eq(frames[0].code->line_table_bytes, 3);
}

Test(arena, a_parent_younger_than_its_child_is_cut_off)
{
        uint32_t here = maker_stack(&maker, 2, 0x400100);
        ((struct wire_node *)maker_element(&maker, WIRE_EXTENT_NODES, 1))->parent = here; /* a ring */
        read_well();
        struct raw_frame frames[8];
        cr_assert_eq(process_frames(&process, here, frames, 8, NULL, NULL), 2);
        cr_assert_eq(frames[1].kind, RAW_END);
}

Test(arena, indexes_out_of_range_become_none)
{
        maker_block(&maker, 1, 12345, 8, WIRE_VERDICT_DEFINITE);
        uint32_t odd = maker_node(&maker, 0, wire_word(900, 0x1000));
        struct wire_wrong *wrong = maker_element(&maker, WIRE_EXTENT_WRONGS, 1);
        maker.header->extents[WIRE_EXTENT_WRONGS].used = UINT64_MAX;
        *wrong = (struct wire_wrong){.kind = WIRE_WRONG_DOUBLE,
                                     .place = 200,
                                     .family = 99,
                                     .birth_stack = UINT32_MAX,
                                     .release_stack = odd,
                                     .module = 77};
        ((struct wire_wrong *)maker_element(&maker, WIRE_EXTENT_WRONGS, 2))->kind = 200;
        maker.header->exe = 5000;
        maker.header->argc = UINT32_MAX;
        read_well();
        cr_assert_eq(process.sites[0].stack, 0);
        cr_assert_eq(process.n_wrongs, 1);
        cr_assert_eq(process.wrongs[0].birth_stack, 0);
        cr_assert_eq(process.wrongs[0].release_stack, odd);
        cr_assert_eq(process.wrongs[0].place, WIRE_PLACE_UNKNOWN);
        cr_assert_eq(process.wrongs[0].family, WIRE_FAMILY_NONE);
        cr_assert_eq(process.wrongs[0].count, 1);
        cr_assert_str_eq(process.exe, "");
        struct raw_frame frame;
        cr_assert_eq(process_frames(&process, odd, &frame, 1, NULL, NULL), 1);
        cr_assert_null(frame.module);
}

Test(arena, text_without_an_end_ends)
{
        memset(maker_element(&maker, WIRE_EXTENT_TEXT, 0), 'x', 4096);
        maker.header->extents[WIRE_EXTENT_TEXT].used = 4096;
        read_well();
        cr_assert_lt(strlen(process.exe), 4097);
}

Test(arena, totals_are_those_of_the_living_and_the_dead_threads)
{
        maker.header->retired = (struct wire_count){.births = 5, .releases = 4};
        struct wire_thread *thread = maker_element(&maker, WIRE_EXTENT_THREADS, 1);
        thread->count = (struct wire_count){.births = 2, .releases = 1, .live_bytes = 10, .high_bytes = 90};
        maker.header->extents[WIRE_EXTENT_THREADS].used = 2;
        maker.header->flushed_bytes = 1000;
        maker.header->peak_bytes = 1050;
        read_well();
        cr_assert_eq(process.allocations, 7);
        cr_assert_eq(process.releases, 5);
        cr_assert_eq(process.peak_bytes, 1090);
}

Test(arena, foreign_cut_and_newer_arenas_are_refused)
{
        struct wire_header good = *maker.header;
        maker.header->version = WIRE_VERSION + 1;
        cr_assert_str_eq(arena_read(maker.fd, &process), "it was made by a newer unfreed");
        *maker.header = good;
        maker.header->magic[0] = 'U';
        cr_assert_str_eq(arena_read(maker.fd, &process), "it is not an arena of unfreed");
        *maker.header = good;
        maker.header->extents[WIRE_EXTENT_NODES].capacity = UINT64_MAX / 16;
        cr_assert_str_eq(arena_read(maker.fd, &process), "a table of it lies outside it");
        *maker.header = good;
        maker.header->extents[WIRE_EXTENT_TEXT].off = UINT64_MAX;
        cr_assert_str_eq(arena_read(maker.fd, &process), "a table of it lies outside it");
        *maker.header = good;
        cr_assert_eq(ftruncate(maker.fd, 65536), 0);
        cr_assert_str_eq(arena_read(maker.fd, &process), "it is shorter than its header says");
        cr_assert_eq(ftruncate(maker.fd, 100), 0);
        cr_assert_str_eq(arena_read(maker.fd, &process), "it ends inside its header");
        int pipes[2];
        cr_assert_eq(pipe(pipes), 0);
        cr_assert_str_eq(arena_read(pipes[0], &process), "it is not a file in memory");
}

Test(arena, a_million_blocks_take_less_than_a_second)
{
        uint32_t stacks[64];
        for (unsigned i = 0; i < 64; i++)
                stacks[i] = maker_stack(&maker, 8, 0x400000 + i * 256);
        for (uint64_t i = 0; i < 1000000; i++)
                maker_block(&maker, i, stacks[i % 64], i % 1000, WIRE_VERDICT_DEFINITE);
        struct timespec t0, t1;
        clock_gettime(CLOCK_MONOTONIC, &t0);
        read_well();
        clock_gettime(CLOCK_MONOTONIC, &t1);
        double seconds = (double)(t1.tv_sec - t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) * 1e-9;
        cr_log_info("10^6 blocks read in %.3f s", seconds);
        cr_assert_eq(process.n_sites, 64);
        cr_assert_lt(seconds, 1.0);
}

Test(site, a_list_replaces_what_the_process_has, .init = make, .fini = drop)
{
        uint32_t stack = maker_stack(&maker, 2, 0x1000);
        maker_block(&maker, 4, stack, 100, 0);
        cr_assert_null(arena_read(maker.fd, &process));
        char list[64];
        snprintf(list, sizeof list, "%u:1:4:3:48,%u:2:0:1:7", stack, stack);
        cr_assert(process_set_sites(&process, list));
        cr_assert_eq(process.n_sites, 2);
        cr_assert_eq(process.sites[0].blocks, 3);
        cr_assert_eq(process.sites[0].bytes, 48);
        cr_assert_eq(process.sites[0].most_bytes, 16);
        cr_assert_eq(process.sites[0].verdict, WIRE_VERDICT_DEFINITE);
        cr_assert_eq(process.sites[1].family, WIRE_FAMILY_NEW);
        static const char *const senseless[] = {"1",         "1:1:4:3",  "999999999:1:4:3:48", "1:0:4:3:48", "1:9:4:3:48",
                                                "1:1:9:3:48", "1:1:4:0:0", "1:1:4:3:48;",        "a:1:4:3:48", "1:1:4:3:48x"};
        for (size_t i = 0; i < sizeof senseless / sizeof *senseless; i++)
                cr_assert_not(process_set_sites(&process, senseless[i]), "%s", senseless[i]);
        cr_assert_eq(process.n_sites, 2, "a list that makes no sense changes nothing");
}
