/* What was born since a mark, and what has grown: see since.h */
#include "shim/leak/since.h"

#include "shim/block/inherited.h"

#include "bare/sort.h"
#include "shim/arena/arena.h"
#include "shim/leak/growth.h"
#include "shim/leak/judge.h"
#include "shim/self/life.h"
#include "shim/sys/lock.h"
#include "shim/sys/pages.h"

#include <string.h>

enum { EPOCHS = WIRE_EPOCHS };
_Static_assert((int)SINCE_EPOCHS >= (int)INHERITED_AGE, "a fork child counts on that");

struct mark {
        uint64_t id;      /* 0 = free */
        uint64_t n_epoch; /* life_epochs() right after the mark: what is born later has this number or a higher one */
        struct growth then;
};

/* Of one process image: a fork child finds the lock as some thread of its parent had it. */
static struct {
        struct lock lock;
        uint32_t image;
        struct mark marks[SINCE_MARKS];
        uint64_t n_given;
        uint64_t n_aged; /* life_epochs() when old blocks were last made ancient */
} state;

static void state_take(void)
{
        if (__atomic_load_n(&state.image, __ATOMIC_ACQUIRE) != life_image()) {
                lock_reset(&state.lock);
                /* The parent's marks stay, with nothing in them: all that this image has is younger. */
                for (unsigned i = 0; i < SINCE_MARKS; i++)
                        growth_deinit(&state.marks[i].then);
                state.n_aged = life_epochs();
                __atomic_store_n(&state.image, life_image(), __ATOMIC_RELEASE);
        }
        lock_take(&state.lock);
}

static struct mark *mark_find(uint64_t id)
{
        struct mark *mark = &state.marks[id % SINCE_MARKS];
        return id && mark->id == id ? mark : NULL;
}

static struct mark *mark_free(void)
{
        for (unsigned i = 0; i < SINCE_MARKS; i++) {
                state.n_given++;
                if (state.n_given % SINCE_MARKS != 0 && state.marks[state.n_given % SINCE_MARKS].id == 0)
                        return &state.marks[state.n_given % SINCE_MARKS];
        }
        return NULL;
}

/* Which epochs have the numbers `first` to now? Numbers older than 255 epochs share one with a younger. */
static void epochs_from(uint64_t first, bool ret_epochs[GROWTH_EPOCHS])
{
        uint64_t now = life_epochs();
        uint32_t epoch = arena.epoch;
        memset(ret_epochs, 0, GROWTH_EPOCHS);
        for (uint64_t n = now; n >= first && now - n < EPOCHS; n--) {
                ret_epochs[epoch] = true;
                epoch = epoch > 1 ? epoch - 1 : EPOCHS;
                if (n == 0)
                        break;
        }
}

/* Before epochs come round: what is older than half of them becomes ancient, so that it is never taken for new. */
static void ages_keep(void)
{
        uint64_t now = life_epochs();
        if (now - state.n_aged < SINCE_EPOCHS)
                return;
        bool kept[GROWTH_EPOCHS];
        epochs_from(now - SINCE_EPOCHS + 1, kept);
        kept[0] = true;
        growth_age(kept);
        state.n_aged = now;
}

static uint64_t epoch_begin(void)
{
        uint32_t before;
        uint64_t epoch = life_epoch_begin(&before);
        ages_keep();
        return epoch;
}

uint64_t since_begin(void)
{
        uint64_t id = 0;
        state_take();
        struct mark *mark = mark_free();
        if (mark && growth_count(NULL, false, &mark->then)) {
                mark->n_epoch = epoch_begin();
                id = mark->id = state.n_given;
        }
        lock_give(&state.lock);
        return id;
}

void since_end(uint64_t id)
{
        state_take();
        struct mark *mark = mark_find(id);
        if (mark) {
                growth_deinit(&mark->then);
                mark->id = 0;
        }
        lock_give(&state.lock);
}

struct answer {
        const struct since_question *question;
        const struct mark *mark;
        bool born[GROWTH_EPOCHS], is_exact;
        struct growth now, judged;
        bool failed;
};

static bool is_lost(unsigned verdict) { return verdict == WIRE_VERDICT_DEFINITE || verdict == WIRE_VERDICT_INDIRECT; }

/* Called by the judge while verdicts stand and others stand still. */
static void count_judged(void *context)
{
        struct answer *answer = context;
        answer->failed = !growth_count(answer->born, true, &answer->judged);
}

static uint64_t at_most(int64_t n, uint64_t most) { return n < 0 ? 0 : (uint64_t)n < most ? (uint64_t)n : most; }

static bool site_make(const struct answer *answer, const struct growth_row *row, struct since_site *ret)
{
        const struct since_question *question = answer->question;
        const struct growth_row *then = growth_find(&answer->mark->then, row->stack);
        const struct growth_row *now = question->judged ? growth_find(&answer->now, row->stack) : row;
        if (now == NULL)
                now = row; /* released meanwhile */
        *ret = (struct since_site){
                .blocks = row->born_blocks,
                .bytes = row->born_bytes,
                .grown_blocks = (int64_t)now->blocks - (int64_t)(then ? then->blocks : 0),
                .grown_bytes = (int64_t)now->bytes - (int64_t)(then ? then->bytes : 0),
                .stack = row->stack,
                .family = row->family,
                .verdict = row->verdict,
        };
        if (!answer->is_exact) {
                ret->blocks = at_most(ret->grown_blocks, row->blocks);
                ret->bytes = ret->blocks ? at_most(ret->grown_bytes, row->bytes) : 0;
        }
        bool is_news = ret->blocks || (question->changed && ret->grown_blocks != 0);
        return is_news && (!question->only_grown || ret->grown_blocks > 0) &&
               (!question->only_lost || is_lost(row->verdict));
}

/* Of which nothing is left: after the `n` sites that were found. How many there are now. */
static size_t gone_give(const struct answer *answer, struct since_site *ret_sites, size_t most, size_t n)
{
        const struct growth *then = &answer->mark->then;
        for (size_t i = 0; i < then->capacity; i++) {
                const struct growth_row *row = &then->rows[i];
                if (row->stack == 0 || growth_find(&answer->now, row->stack))
                        continue;
                if (n < most)
                        ret_sites[n] = (struct since_site){.grown_blocks = -(int64_t)row->blocks,
                                                           .grown_bytes = -(int64_t)row->bytes,
                                                           .stack = row->stack,
                                                           .family = row->family};
                n++;
        }
        return n;
}

/* Those that count, by bytes. -1 = memory was refused. */
static int64_t sites_give(const struct answer *answer, struct since_site *ret_sites, size_t most)
{
        const struct since_question *question = answer->question;
        const struct growth *rows = question->judged ? &answer->judged : &answer->now;
        size_t n = 0, bytes = rows->n * sizeof(struct sort_pair);
        struct sort_pair *pairs = rows->n ? pages_take(bytes) : NULL;
        struct since_site site;
        if (rows->n && pairs == NULL)
                return -1;
        for (size_t i = 0; i < rows->capacity; i++)
                if (rows->rows[i].stack && site_make(answer, &rows->rows[i], &site))
                        pairs[n++] = (struct sort_pair){UINT64_MAX - site.bytes, i};
        if (n)
                sort_pairs(pairs, n);
        for (size_t i = 0; i < n && i < most; i++)
                site_make(answer, &rows->rows[pairs[i].value], &ret_sites[i]);
        if (pairs)
                pages_give(pairs, bytes);
        if (question->changed && !question->only_grown && !question->only_lost)
                n = gone_give(answer, ret_sites, most, n);
        return (int64_t)n;
}

static int64_t sites_locked(struct answer *answer, struct since_site *ret_sites, size_t most)
{
        uint64_t since = life_epochs() - answer->mark->n_epoch;
        uint64_t blocks, bytes;
        answer->is_exact = since < SINCE_EPOCHS;
        epochs_from(answer->mark->n_epoch, answer->born);
        int64_t n = -1;
        if (answer->question->judged &&
            (!judge_look(answer->question->sp, count_judged, answer, &blocks, &bytes) || answer->failed))
                return -1;
        if (growth_count(answer->born, false, &answer->now)) {
                n = sites_give(answer, ret_sites, most);
                growth_deinit(&answer->now);
        }
        growth_deinit(&answer->judged);
        return n;
}

int64_t since_sites(const struct since_question *question, struct since_site *ret_sites, size_t most)
{
        int64_t n = -1;
        state_take();
        struct answer answer = {.question = question, .mark = mark_find(question->mark)};
        if (answer.mark)
                n = sites_locked(&answer, ret_sites, most);
        lock_give(&state.lock);
        return n;
}

int64_t since_alive(void)
{
        const struct wire_range *range = &arena.header->extents[WIRE_EXTENT_THREADS];
        const struct wire_count *retired = &arena.header->retired;
        int64_t n = (int64_t)(retired->births - retired->releases);
        for (uint64_t i = 1; i < range->used && i < range->capacity; i++)
                n += (int64_t)(arena.threads[i].count.births - arena.threads[i].count.releases);
        return n;
}

uint64_t since_moment(void)
{
        state_take();
        uint64_t moment = epoch_begin();
        lock_give(&state.lock);
        return moment;
}

int64_t since_born(uint64_t moment)
{
        bool epochs[GROWTH_EPOCHS];
        int64_t n = -1;
        state_take();
        if (moment <= life_epochs() && life_epochs() - moment < SINCE_EPOCHS) {
                epochs_from(moment, epochs);
                n = (int64_t)growth_born(epochs);
        }
        lock_give(&state.lock);
        return n;
}
