/* What a log says, site by site: see replay.h
 *
 * Each lane is in the order of its thread; between lanes there is the clock, which is pushed on about once in a
 * millisecond. What happened between two pushes is put in an order that can have been: a block that is released must
 * have been given, and is given again only when it was released. So a lane whose next event cannot be yet waits for the
 * one that makes it possible, and only when that does not come in time goes on without: events were lost, or an address
 * went round three threads and was taken for another round. If the other half comes soon after all, the two cancel out.
 *
 * The peak of the process is known only afterwards, but what each site has then is wanted. So peaks are numbered, and a
 * site is brought up to date when it changes: whatever it had until then it had at the last peak.
 *
 *      site.peak_bytes == what it had at peak number site.stamp
 *      site.stamp < peaks  =>  it has not changed since peak number `peaks`, so that it had site.live_bytes then
 */
#include "cli/capture/replay.h"

#include "bare/bits.h"
#include "cli/capture/lane.h"
#include "cli/say/say.h"

#include <stdlib.h>
#include <string.h>

enum { LANES_MAX = 1 << 16, PATIENCE_US = 5000 };

/* What is known of an address: a block that is alive (else `site` is SITE_NONE), and events that came too early. */
struct alive {
        uint64_t address; /* 0 = none */
        uint64_t size, born_us;
        uint32_t site;
        int32_t early;     /* > 0: releases without their births, < 0: births without the releases before them */
        uint64_t early_us; /* when the last one came */
};
static const uint32_t SITE_NONE = UINT32_MAX;

struct lane {
        struct lane_memory memory;
        uint32_t first, last;    /* pieces */
        uint32_t piece;          /* in hand; UINT32_MAX = it is over */
        const uint8_t *at, *end; /* what is left of it */
        struct lane_record record;
        bool has_record;
        uint64_t time_us;
        uint64_t born_last; /* address */
        struct alive released_last;
};

struct replaying {
        struct pieces *pieces;
        const struct process *process;
        struct replay *replay;
        struct lane **lanes; /* by number; NULL = there is none */
        size_t n_lanes;
        uint32_t *ready; /* lanes that may go on: a heap, the earliest first */
        size_t n_ready;
        uint32_t *waiting;
        size_t n_waiting;
        struct alive *alive; /* open addressing, at most half full */
        size_t alive_mask, n_alive;
        uint32_t *index; /* of sites: open addressing, 1 + place, at most half full */
        size_t index_mask, sites_room;
        uint64_t live_bytes, n_peaks;
        uint64_t peak_before; /* the peak before the last one */
        bool failed;          /* no memory */
};

/* ---- what is alive ---- */

static size_t alive_home(const struct replaying *r, uint64_t address) { return mix64(address) & r->alive_mask; }

static struct alive *alive_find(const struct replaying *r, uint64_t address)
{
        for (size_t i = alive_home(r, address);; i = (i + 1) & r->alive_mask)
                if (r->alive[i].address == address || r->alive[i].address == 0)
                        return &r->alive[i];
}

static void alive_grow(struct replaying *r)
{
        size_t old_room = r->alive ? r->alive_mask + 1 : 0, room = old_room ? old_room * 2 : 1024;
        struct alive *old = r->alive, *all = calloc(room, sizeof *all);
        if (!all) {
                r->failed = true;
                return;
        }
        r->alive = all;
        r->alive_mask = room - 1;
        for (size_t i = 0; i < old_room; i++)
                if (old[i].address)
                        *alive_find(r, old[i].address) = old[i];
        free(old);
}

static void alive_insert(struct replaying *r, const struct alive *block)
{
        *alive_find(r, block->address) = *block;
        if (++r->n_alive * 2 > r->alive_mask)
                alive_grow(r);
}

/* Those behind it move up, so that no search ends early. */
static void alive_remove(struct replaying *r, struct alive *gone)
{
        size_t hole = (size_t)(gone - r->alive);
        for (size_t i = (hole + 1) & r->alive_mask; r->alive[i].address; i = (i + 1) & r->alive_mask) {
                size_t home = alive_home(r, r->alive[i].address);
                if (((i - home) & r->alive_mask) < ((i - hole) & r->alive_mask))
                        continue;
                r->alive[hole] = r->alive[i];
                hole = i;
        }
        r->alive[hole].address = 0;
        r->n_alive--;
}

/* ---- sites ---- */

static size_t site_home(const struct replaying *r, uint32_t stack, unsigned family)
{
        return mix64((uint64_t)family << 32 | stack) & r->index_mask;
}

static void sites_grow(struct replaying *r)
{
        struct replay *p = r->replay;
        size_t room = r->index ? (r->index_mask + 1) * 2 : 256;
        uint32_t *index = calloc(room, sizeof *index);
        struct replay_site *sites = realloc(p->sites, room / 2 * sizeof *sites);
        p->sites = sites ? sites : p->sites;
        if (!index || !sites) {
                free(index);
                r->failed = true;
                return;
        }
        free(r->index);
        r->index = index;
        r->index_mask = room - 1;
        r->sites_room = room / 2;
        for (size_t i = 0; i < p->n; i++) {
                size_t at = site_home(r, sites[i].stack, sites[i].family);
                while (index[at])
                        at = (at + 1) & r->index_mask;
                index[at] = (uint32_t)i + 1;
        }
}

static uint32_t site_of(struct replaying *r, uint32_t stack, unsigned family)
{
        struct replay *p = r->replay;
        size_t at = site_home(r, stack, family);
        for (; r->index[at]; at = (at + 1) & r->index_mask)
                if (p->sites[r->index[at] - 1].stack == stack && p->sites[r->index[at] - 1].family == family)
                        return r->index[at] - 1;
        p->sites[p->n] =
                (struct replay_site){.stack = stack, .family = (enum wire_family)family, .least_bytes = UINT64_MAX};
        r->index[at] = (uint32_t)++p->n;
        if (p->n >= r->sites_room)
                sites_grow(r);
        return (uint32_t)p->n - 1;
}

/* It is about to change: what it has now is what it had at the last peak. */
static void site_settle(const struct replaying *r, struct replay_site *site)
{
        if (site->stamp == r->n_peaks)
                return;
        site->stamp = r->n_peaks;
        site->peak_blocks = site->live_blocks;
        site->peak_bytes = site->live_bytes;
}

/* ---- events ---- */

static uint64_t since(uint64_t then, uint64_t now) { return now > then ? now - then : 0; }

static void block_end(struct replaying *r, const struct alive *block, uint64_t now_us)
{
        struct replay_site *site = &r->replay->sites[block->site];
        uint64_t lived = since(block->born_us, now_us);
        site_settle(r, site);
        site->live_blocks--;
        site->live_bytes -= block->size;
        site->lived_us += lived;
        site->longest_us = lived > site->longest_us ? lived : site->longest_us;
        r->live_bytes -= block->size;
}

static void block_begin(struct replaying *r, const struct alive *block)
{
        struct replay_site *site = &r->replay->sites[block->site];
        site_settle(r, site);
        site->live_blocks++;
        site->live_bytes += block->size;
        r->live_bytes += block->size;
        if (r->live_bytes > r->replay->peak_bytes) {
                r->peak_before = r->replay->peak_bytes;
                r->replay->peak_bytes = r->live_bytes;
                r->n_peaks++;
        }
}

/* Has the other half of this event come before it, out of order? */
static bool early_settle(struct replaying *r, struct alive *at, int32_t sign, uint64_t now_us)
{
        if (at->early * sign <= 0 || since(at->early_us, now_us) > PATIENCE_US)
                return false;
        at->early -= sign;
        r->replay->unknown--;
        return true;
}

static void early_note(struct replaying *r, struct alive *at, int32_t sign, uint64_t now_us)
{
        if (since(at->early_us, now_us) > PATIENCE_US || at->early * sign < 0)
                at->early = 0; /* those halves are really missing */
        at->early += sign;
        at->early_us = now_us;
        r->replay->unknown++;
}

static unsigned family_of(const struct process *p, uint32_t stack, unsigned said)
{
        if (said || !p->n_nodes || wire_word_tag(p->nodes[stack].word) != WIRE_TAG_ALLOCATOR)
                return said;
        return (unsigned)wire_entry_family(wire_word_entry(p->nodes[stack].word));
}

static void birth_apply(struct replaying *r, struct lane *lane)
{
        const struct lane_record *record = &lane->record;
        uint32_t stack = record->stack < r->process->n_nodes ? record->stack : 0;
        uint32_t number = site_of(r, stack, family_of(r->process, stack, record->family));
        struct alive block = {record->address, record->size, lane->time_us, number, 0, 0};
        if (r->failed)
                return;
        struct replay_site *site = &r->replay->sites[number];
        site->births++;
        site->born_bytes += block.size;
        site->least_bytes = block.size < site->least_bytes ? block.size : site->least_bytes;
        site->most_bytes = block.size > site->most_bytes ? block.size : site->most_bytes;
        lane->born_last = block.address;
        struct alive *at = alive_find(r, record->address);
        bool is_new = !at->address;
        if (!is_new && early_settle(r, at, 1, lane->time_us))
                return; /* it is gone already */
        if (!is_new) {
                if (at->site != SITE_NONE) {
                        block_end(r, at, lane->time_us);
                        early_note(r, at, -1, lane->time_us);
                }
                block.early = at->early;
                block.early_us = at->early_us;
                *at = block;
        }
        block_begin(r, &block);
        if (is_new)
                alive_insert(r, &block);
}

static void release_apply(struct replaying *r, struct lane *lane)
{
        const struct lane_record *record = &lane->record;
        struct alive *block = alive_find(r, record->address);
        lane->released_last.address = 0;
        if (!block->address) {
                struct alive none = {record->address, 0, 0, SITE_NONE, 0, 0};
                early_note(r, &none, 1, lane->time_us);
                alive_insert(r, &none);
                return;
        }
        if (early_settle(r, block, -1, lane->time_us))
                return;
        if (block->site == SITE_NONE) {
                early_note(r, block, 1, lane->time_us);
                return;
        }
        struct replay_site *site = &r->replay->sites[block->site];
        block_end(r, block, lane->time_us);
        if (record->kind == WIRE_LOG_RELEASE && lane->born_last == record->address) {
                site->temporary_blocks++;
                site->temporary_bytes += block->size;
        }
        if (lane->born_last == record->address)
                lane->born_last = 0;
        lane->released_last = *block;
        alive_remove(r, block);
}

static void restored_apply(struct replaying *r, struct lane *lane)
{
        struct alive *block = &lane->released_last;
        if (!block->address || alive_find(r, block->address)->address)
                return;
        struct replay_site *site = &r->replay->sites[block->site];
        site->lived_us -= since(block->born_us, lane->time_us);
        block_begin(r, block);
        alive_insert(r, block);
        block->address = 0;
        r->replay->events--;
}

/* What it may have made the peak will be made so by the birth that follows. */
static void unborn_apply(struct replaying *r, struct lane *lane)
{
        struct alive *block = alive_find(r, lane->record.value);
        if (!block->address || block->site == SITE_NONE || lane->born_last != block->address)
                return;
        struct replay_site *site = &r->replay->sites[block->site];
        site_settle(r, site);
        if (r->live_bytes == r->replay->peak_bytes)
                r->replay->peak_bytes = r->peak_before;
        site->births--;
        site->born_bytes -= block->size;
        site->live_blocks--;
        site->live_bytes -= block->size;
        r->live_bytes -= block->size;
        r->replay->events--;
        lane->born_last = 0;
        alive_remove(r, block);
}

/* ---- lanes ---- */

/* The next record, into lane->record; none when the lane is over. Negative: a line was said. */
static int lane_next(struct replaying *r, struct lane *lane)
{
        struct pieces *pieces = r->pieces;
        lane->has_record = false;
        while (lane->piece != UINT32_MAX) {
                const struct piece *piece = &pieces->all[lane->piece];
                const struct log_chunk *chunk = &pieces->capture->events[piece->chunk];
                if (!lane->at) {
                        lane->at = piece_bytes(pieces, piece);
                        if (!lane->at)
                                return say_error("%s: no memory to read its events into", chunk->path);
                        lane->end = lane->at + piece->bytes;
                }
                if (lane->at < lane->end) {
                        size_t n = lane_read(&lane->memory, lane->at, (size_t)(lane->end - lane->at), &lane->record);
                        if (n == 0)
                                return say_error("%s: damaged at byte %zu: events that make no sense", chunk->path,
                                                 chunk->at);
                        lane->at += n;
                        lane->has_record = true;
                        return 0;
                }
                piece_done(pieces, piece);
                lane->at = NULL;
                lane->piece = piece->next;
        }
        return 0;
}

static void ready_push(struct replaying *r, uint32_t number)
{
        size_t i = r->n_ready++;
        uint64_t time = r->lanes[number]->time_us;
        for (; i > 0 && r->lanes[r->ready[(i - 1) / 2]]->time_us > time; i = (i - 1) / 2)
                r->ready[i] = r->ready[(i - 1) / 2];
        r->ready[i] = number;
}

static uint32_t ready_pop(struct replaying *r)
{
        uint32_t top = r->ready[0], moved = r->ready[--r->n_ready];
        uint64_t time = r->lanes[moved]->time_us;
        size_t i = 0;
        for (size_t child; (child = i * 2 + 1) < r->n_ready; i = child) {
                if (child + 1 < r->n_ready &&
                    r->lanes[r->ready[child + 1]]->time_us < r->lanes[r->ready[child]]->time_us)
                        child++;
                if (r->lanes[r->ready[child]]->time_us >= time)
                        break;
                r->ready[i] = r->ready[child];
        }
        r->ready[i] = moved;
        return top;
}

/* Those that waited for something at this address may go on. */
static void waiting_wake(struct replaying *r, uint64_t address)
{
        for (size_t i = 0; i < r->n_waiting;) {
                if (r->lanes[r->waiting[i]]->record.address != address) {
                        i++;
                        continue;
                }
                ready_push(r, r->waiting[i]);
                r->waiting[i] = r->waiting[--r->n_waiting];
        }
}

/* The one that has waited longest; its place in `waiting`. */
static size_t waiting_oldest(const struct replaying *r)
{
        size_t oldest = 0;
        for (size_t i = 1; i < r->n_waiting; i++)
                if (r->lanes[r->waiting[i]]->time_us < r->lanes[r->waiting[oldest]]->time_us)
                        oldest = i;
        return oldest;
}

static bool is_possible(const struct replaying *r, const struct lane_record *record)
{
        const struct alive *at = alive_find(r, record->address);
        return (at->address != 0 && at->site != SITE_NONE) == (record->kind != WIRE_LOG_BIRTH);
}

static void control_apply(struct replaying *r, struct lane *lane)
{
        switch (lane->record.control) {
        case WIRE_LOG_TIME:
                lane->time_us = lane->record.value;
                r->replay->end_us = lane->time_us > r->replay->end_us ? lane->time_us : r->replay->end_us;
                break;
        case WIRE_LOG_THREAD:
                lane->born_last = 0;
                lane->released_last.address = 0;
                break;
        case WIRE_LOG_RESTORED:
                restored_apply(r, lane);
                break;
        case WIRE_LOG_UNBORN:
                unborn_apply(r, lane);
                break;
        case WIRE_LOG_LOST:
                r->replay->lost += lane->record.value;
                break;
        default:
                break;
        }
}

static void event_apply(struct replaying *r, struct lane *lane)
{
        r->replay->events++;
        if (lane->record.kind == WIRE_LOG_BIRTH)
                birth_apply(r, lane);
        else
                release_apply(r, lane);
        if (r->n_waiting)
                waiting_wake(r, lane->record.address);
}

/* Go on with this lane as long as it is the earliest. `force`: its first event need not be possible. */
static int lane_run(struct replaying *r, uint32_t number, bool force)
{
        struct lane *lane = r->lanes[number];
        int answer = 0;
        while (lane->has_record && answer >= 0 && !r->failed) {
                bool is_control = lane->record.kind == WIRE_LOG_CONTROL;
                if (!is_control && !force && (r->n_ready || r->n_waiting) && !is_possible(r, &lane->record)) {
                        r->waiting[r->n_waiting++] = number;
                        return 0;
                }
                if (is_control)
                        control_apply(r, lane);
                else
                        event_apply(r, lane);
                force = force && is_control;
                answer = lane_next(r, lane);
                if (r->n_ready && r->lanes[r->ready[0]]->time_us < lane->time_us)
                        break;
        }
        if (answer >= 0 && lane->has_record)
                ready_push(r, number);
        return answer;
}

static int lanes_run(struct replaying *r)
{
        int answer = 0;
        while (answer >= 0 && !r->failed && (r->n_ready || r->n_waiting)) {
                size_t oldest = r->n_waiting ? waiting_oldest(r) : 0;
                bool force = r->n_waiting &&
                             (!r->n_ready ||
                              r->lanes[r->ready[0]]->time_us > r->lanes[r->waiting[oldest]]->time_us + PATIENCE_US);
                uint32_t number;
                if (force) {
                        number = r->waiting[oldest];
                        r->waiting[oldest] = r->waiting[--r->n_waiting];
                } else {
                        number = ready_pop(r);
                }
                answer = lane_run(r, number, force);
        }
        return answer;
}

/* Room for the lanes of this process. */
static int lanes_count(struct replaying *r)
{
        for (size_t i = 0; i < r->pieces->n; i++) {
                const struct piece *piece = &r->pieces->all[i];
                const struct log_chunk *chunk = &r->pieces->capture->events[piece->chunk];
                if (piece->run != r->process->log_run || piece->image != r->process->log_image)
                        continue;
                if (piece->lane >= LANES_MAX)
                        return say_error("%s: damaged at byte %zu: more threads than can be", chunk->path, chunk->at);
                r->n_lanes = piece->lane >= r->n_lanes ? (size_t)piece->lane + 1 : r->n_lanes;
        }
        r->lanes = calloc(r->n_lanes + 1, sizeof *r->lanes);
        r->ready = malloc((r->n_lanes + 1) * sizeof *r->ready);
        r->waiting = malloc((r->n_lanes + 1) * sizeof *r->waiting);
        r->failed |= !r->lanes || !r->ready || !r->waiting;
        return 0;
}

/* Make the lanes and chain their pieces. */
static int lanes_open(struct replaying *r)
{
        struct pieces *pieces = r->pieces;
        const struct process *p = r->process;
        for (size_t i = 0; i < pieces->n; i++) {
                struct piece *piece = &pieces->all[i];
                piece->next = UINT32_MAX;
                if (piece->run != p->log_run || piece->image != p->log_image)
                        continue;
                struct lane *lane = r->lanes[piece->lane];
                if (!lane) {
                        lane = r->lanes[piece->lane] = calloc(1, sizeof *lane);
                        if (!lane)
                                return say_error("no memory to read events into");
                        lane->first = lane->last = lane->piece = (uint32_t)i;
                } else {
                        pieces->all[lane->last].next = (uint32_t)i;
                        lane->last = (uint32_t)i;
                }
        }
        int answer = 0;
        for (uint32_t i = 0; i < r->n_lanes && answer >= 0; i++) {
                answer = r->lanes[i] ? lane_next(r, r->lanes[i]) : 0;
                if (answer >= 0 && r->lanes[i] && r->lanes[i]->has_record)
                        ready_push(r, i);
        }
        return answer;
}

/* What is still alive has lived until now; what has not changed since the peak had its present share of it. */
static void replay_close(struct replaying *r)
{
        for (size_t i = 0; r->alive && i <= r->alive_mask; i++) {
                if (!r->alive[i].address || r->alive[i].site == SITE_NONE)
                        continue;
                struct replay_site *site = &r->replay->sites[r->alive[i].site];
                uint64_t lived = since(r->alive[i].born_us, r->replay->end_us);
                site->lived_us += lived;
                site->longest_us = lived > site->longest_us ? lived : site->longest_us;
        }
        for (size_t i = 0; i < r->replay->n; i++)
                site_settle(r, &r->replay->sites[i]);
}

int replay_make(struct pieces *pieces, const struct process *process, struct replay *ret_replay)
{
        *ret_replay = (struct replay){0};
        struct replaying r = {.pieces = pieces, .process = process, .replay = ret_replay};
        alive_grow(&r);
        sites_grow(&r);
        int answer = lanes_count(&r);
        if (answer >= 0 && !r.failed) {
                pieces_begin(pieces, process->log_run, process->log_image);
                answer = lanes_open(&r);
                if (answer >= 0)
                        answer = lanes_run(&r);
        }
        if (answer >= 0 && r.failed)
                answer = say_error("no memory to read events into");
        if (answer >= 0)
                replay_close(&r);
        for (size_t i = 0; r.lanes && i < r.n_lanes; i++)
                free(r.lanes[i]);
        free(r.lanes);
        free(r.ready);
        free(r.waiting);
        free(r.alive);
        free(r.index);
        if (answer < 0)
                replay_free(ret_replay);
        return answer;
}

void replay_free(struct replay *replay)
{
        free(replay->sites);
        *replay = (struct replay){0};
}
