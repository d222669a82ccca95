/* What a log says: lanes made by hand, gone through */
#include "cli/capture/file.h"
#include "cli/capture/lane.h"
#include "cli/capture/metric.h"
#include "cli/capture/replay.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 4, ROOM = 1 << 16, RUN = 7, IMAGE = 3 };

static struct {
        unsigned char bytes[ROOM];
        uint32_t n;
        uint64_t last;
} lanes[LANES];

static void put(unsigned lane, uint64_t value, unsigned bytes)
{
        for (unsigned i = 0; i < bytes; i++)
                lanes[lane].bytes[lanes[lane].n++] = (unsigned char)(value >> 8 * i);
}

/* Records in their longest form. */
static void event(unsigned lane, enum wire_log_kind kind, uint64_t address, uint32_t stack, uint64_t size)
{
        int64_t change = (int64_t)(address / 8 - lanes[lane].last);
        lanes[lane].last = address / 8;
        put(lane,
            (uint64_t)kind | 3 << WIRE_LOG_ADDRESS_SHIFT | (kind == WIRE_LOG_BIRTH ? 3 << WIRE_LOG_SIZE_SHIFT : 0), 1);
        put(lane, stack, 4);
        put(lane, (uint64_t)change << 1 ^ (uint64_t)(change >> 63), 6);
        if (kind == WIRE_LOG_BIRTH)
                put(lane, size, 8);
}

static void birth(unsigned lane, uint64_t address, uint32_t stack, uint64_t size)
{
        event(lane, WIRE_LOG_BIRTH, address, stack, size);
}
static void release(unsigned lane, uint64_t address) { event(lane, WIRE_LOG_RELEASE, address, 1, 0); }
static void at_time(unsigned lane, uint64_t us)
{
        put(lane, WIRE_LOG_CONTROL_TAG(WIRE_LOG_TIME), 1);
        put(lane, us, 8);
}

static struct wire_node nodes[16];
static struct process process = {.nodes = nodes, .n_nodes = 16, .is_logged = true, .log_run = RUN, .log_image = IMAGE};
static struct replay replay;

static struct capture capture_make(void)
{
        struct log_chunk *chunk = calloc(1, sizeof *chunk);
        *chunk = (struct log_chunk){.path = "log", .run = RUN, .raw = malloc(LANES * (ROOM + 12))};
        for (uint32_t i = 0; i < LANES; i++) {
                uint32_t head[] = {IMAGE, i, lanes[i].n};
                memcpy(chunk->raw + chunk->raw_bytes, head, sizeof head);
                memcpy(chunk->raw + chunk->raw_bytes + sizeof head, lanes[i].bytes, lanes[i].n);
                chunk->raw_bytes += (uint32_t)sizeof head + lanes[i].n;
        }
        return (struct capture){.events = chunk, .n_events = 1};
}

static int go(void)
{
        struct capture capture = capture_make();
        struct pieces pieces;
        int answer = pieces_list(&capture, &pieces);
        if (answer >= 0)
                answer = replay_make(&pieces, &process, &replay);
        pieces_free(&pieces);
        capture_deinit(&capture);
        return answer;
}

static const struct replay_site *site(uint32_t stack)
{
        for (size_t i = 0; i < replay.n; i++)
                if (replay.sites[i].stack == stack)
                        return &replay.sites[i];
        cr_assert_fail("no site %u", stack);
        return NULL;
}

Test(replay, a_thread_of_its_own_is_counted_to_the_byte)
{
        at_time(1, 100);
        birth(1, 0x1000, 2, 10);
        birth(1, 0x2000, 3, 500);
        release(1, 0x2000); /* at once */
        birth(1, 0x2000, 3, 700);
        birth(1, 0x3000, 2, 20);
        at_time(1, 400);
        release(1, 0x2000);
        release(1, 0x3000);
        at_time(1, 1100);
        cr_assert_eq(go(), 0);
        cr_assert_eq(replay.events, 7);
        cr_assert_eq(replay.unknown, 0);
        cr_assert_eq(replay.peak_bytes, 730);
        cr_assert_eq(site(2)->births, 2);
        cr_assert_eq(site(2)->born_bytes, 30);
        cr_assert_eq(site(2)->live_blocks, 1);
        cr_assert_eq(site(2)->live_bytes, 10);
        cr_assert_eq(site(2)->peak_bytes, 30);
        cr_assert_eq(site(2)->peak_blocks, 2);
        cr_assert_eq(site(2)->temporary_blocks, 1);
        cr_assert_eq(site(2)->temporary_bytes, 20);
        cr_assert_eq(site(2)->lived_us, 1000 + 300, "what is left lives to the end");
        cr_assert_eq(site(2)->longest_us, 1000);
        cr_assert_eq(site(3)->births, 2);
        cr_assert_eq(site(3)->peak_bytes, 700);
        cr_assert_eq(site(3)->temporary_bytes, 500);
        cr_assert_eq(site(3)->lived_us, 300);
        cr_assert_eq(site(3)->least_bytes, 500);
        cr_assert_eq(site(3)->most_bytes, 700);
}

Test(replay, a_release_waits_for_its_birth_in_another_lane)
{
        at_time(1, 100);
        at_time(2, 100);
        release(1, 0x1000); /* lane 1 is read first */
        birth(1, 0x1000, 3, 8);
        birth(2, 0x1000, 2, 8);
        cr_assert_eq(go(), 0);
        cr_assert_eq(replay.unknown, 0);
        cr_assert_eq(site(2)->live_blocks, 0);
        cr_assert_eq(site(3)->live_blocks, 1);
}

Test(replay, a_birth_waits_until_the_address_is_free)
{
        at_time(1, 100);
        at_time(2, 100);
        birth(2, 0x1000, 2, 8);
        birth(2, 0x2000, 2, 8);
        birth(1, 0x2000, 3, 8); /* lane 2 comes first */
        release(2, 0x2000);
        release(2, 0x1000);
        birth(1, 0x1000, 3, 8);
        cr_assert_eq(go(), 0);
        cr_assert_eq(replay.unknown, 0);
        cr_assert_eq(replay.peak_bytes, 16);
        cr_assert_eq(site(2)->live_blocks, 0);
        cr_assert_eq(site(3)->live_blocks, 2);
}

Test(replay, what_cannot_be_ordered_is_still_counted)
{
        /* One address goes round three threads within a tick. */
        for (unsigned lane = 1; lane < LANES; lane++)
                at_time(lane, 100);
        birth(3, 0x1000, 4, 8);
        release(1, 0x1000);
        birth(1, 0x1000, 2, 8);
        release(2, 0x1000);
        birth(2, 0x1000, 3, 8);
        release(3, 0x1000);
        birth(3, 0x1000, 5, 8);
        cr_assert_eq(go(), 0);
        cr_assert_eq(replay.unknown, 0);
        cr_assert_eq(replay.events, 7);
        cr_assert_eq(site(2)->live_blocks + site(3)->live_blocks + site(4)->live_blocks + site(5)->live_blocks, 1);
        cr_assert_leq(replay.peak_bytes, 16);
}

Test(replay, the_clock_orders_lanes)
{
        for (unsigned lane = 3; lane > 0; lane--) {
                at_time(lane, 100 * (4 - lane));
                birth(lane, 0x1000 * lane, lane, 1000);
                release(lane, 0x1000 * lane);
        }
        cr_assert_eq(go(), 0);
        cr_assert_eq(replay.peak_bytes, 1000, "no two were alive together");
}

Test(replay, events_whose_other_half_is_missing_are_counted_and_hold_nobody_up)
{
        at_time(1, 100);
        at_time(2, 100);
        release(1, 0x9000); /* nobody gave it */
        birth(1, 0x1000, 2, 8);
        birth(2, 0x1000, 3, 8); /* one of them was released unseen */
        at_time(1, 1000000);
        birth(1, 0x2000, 2, 8);
        put(1, WIRE_LOG_CONTROL_TAG(WIRE_LOG_LOST), 1);
        put(1, 5, 4);
        cr_assert_eq(go(), 0);
        cr_assert_eq(replay.unknown, 2);
        cr_assert_eq(replay.lost, 5);
        cr_assert_eq(replay.events, 4);
        cr_assert_eq(site(2)->live_blocks + site(3)->live_blocks, 2);
}

Test(replay, a_resize_that_failed_leaves_the_block)
{
        at_time(1, 100);
        birth(1, 0x1000, 2, 50);
        at_time(1, 200);
        event(1, WIRE_LOG_RESIZE, 0x1000, 1, 0);
        put(1, WIRE_LOG_CONTROL_TAG(WIRE_LOG_RESTORED), 1);
        at_time(1, 300);
        release(1, 0x1000);
        cr_assert_eq(go(), 0);
        cr_assert_eq(replay.unknown, 0);
        cr_assert_eq(replay.events, 2);
        cr_assert_eq(site(2)->lived_us, 200);
        cr_assert_eq(site(2)->live_blocks, 0);
}

static void unborn(unsigned lane, uint64_t address)
{
        put(lane, WIRE_LOG_CONTROL_TAG(WIRE_LOG_UNBORN), 1);
        put(lane, address, 8);
}

Test(replay, a_birth_inside_of_another_is_none)
{
        birth(1, 0x1000, 2, 80);
        unborn(1, 0x1000);
        birth(1, 0x1000, 3, 50);
        release(1, 0x1000);
        birth(1, 0x2000, 2, 10);
        cr_assert_eq(go(), 0);
        cr_assert_eq(replay.unknown, 0);
        cr_assert_eq(replay.events, 3);
        cr_assert_eq(replay.peak_bytes, 50);
        cr_assert_eq(site(2)->births, 1);
        cr_assert_eq(site(2)->born_bytes, 10);
        cr_assert_eq(site(3)->peak_bytes, 50);
        cr_assert_eq(site(3)->temporary_blocks, 1);
}

Test(replay, only_the_last_birth_of_a_lane_can_be_none)
{
        birth(1, 0x1000, 2, 80);
        birth(1, 0x2000, 3, 50);
        unborn(1, 0x1000);
        unborn(1, 0x3000);
        cr_assert_eq(go(), 0);
        cr_assert_eq(site(2)->births + site(3)->births, 2);
        cr_assert_eq(replay.peak_bytes, 130);
}

Test(replay, stacks_that_are_none_become_the_unknown_one)
{
        birth(1, 0x1000, 1000, 50);
        cr_assert_eq(go(), 0);
        cr_assert_eq(site(0)->births, 1);
}

Test(replay, many_blocks_come_and_go_as_in_a_plain_count)
{
        enum { BLOCKS = 500, ROUNDS = 1500 };
        static bool alive[BLOCKS];
        uint64_t n_alive = 0, most = 0, random = 5;
        at_time(1, 1);
        for (int i = 0; i < ROUNDS; i++) {
                random = random * 6364136223846793005u + 1442695040888963407u;
                unsigned at = (unsigned)(random >> 33) % BLOCKS;
                if (alive[at])
                        release(1, 0x10000 + at * 16);
                else
                        birth(1, 0x10000 + at * 16, 2 + at % 5, 1);
                alive[at] = !alive[at];
                n_alive += alive[at] ? 1 : (uint64_t)-1;
                most = n_alive > most ? n_alive : most;
        }
        cr_assert_eq(go(), 0);
        uint64_t left = 0, peak = 0;
        for (size_t i = 0; i < replay.n; i++) {
                left += replay.sites[i].live_blocks;
                peak += replay.sites[i].peak_blocks;
        }
        cr_assert_eq(replay.unknown, 0);
        cr_assert_eq(left, n_alive);
        cr_assert_eq(peak, most);
        cr_assert_eq(replay.peak_bytes, most);
}

static void refused(const char *why)
{
        char said[512] = "";
        cr_redirect_stderr();
        cr_assert_lt(go(), 0);
        fflush(stderr);
        FILE *err = cr_get_redirected_stderr();
        cr_assert_neq(fread(said, 1, sizeof said - 1, err), 0);
        cr_assert(strstr(said, why), "it says %s", said);
        cr_assert(strstr(said, "log: damaged at byte"), "it says %s", said);
}

Test(replay, a_tag_that_is_none_is_refused)
{
        put(1, 63 << 2, 1);
        refused("make no sense");
}

Test(replay, a_cut_record_is_refused)
{
        birth(1, 0x1000, 2, 8);
        lanes[1].n -= 3;
        refused("make no sense");
}

Test(replay, a_size_that_nothing_said_is_refused)
{
        put(1, WIRE_LOG_BIRTH, 1);
        put(1, 2, 4);
        put(1, 2, 1);
        refused("make no sense");
}
