/* How many blocks have a verdict: see mark.h */
#include "shim/block/large.h"
#include "shim/leak/find.h"
#include "shim/leak/mark.h"
#include "shim/leak/verdict.h"

static unsigned wanted_verdict;
static struct mark_sum sum;
static bool sum_block(const struct block *block)
{
        if (block->verdict == wanted_verdict) {
                sum.blocks++;
                sum.bytes += block->size;
        }
        return true;
}

static bool sum_large(const struct block *block, void *context) { return sum_block(block); }

struct mark_sum mark_count(enum wire_verdict verdict)
{
        sum = (struct mark_sum){0};
        wanted_verdict = verdict;
        find_each_small(is_any, sum_block, false);
        large_each(sum_large, NULL);
        return sum;
}
