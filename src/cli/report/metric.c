/* How a report of a log says what it counts: see metric.h */
#include "cli/report/metric.h"

#include "cli/policy/store.h"
#include "cli/report/quantity.h"

#include <string.h>

const char *metric_name(const struct report *report)
{
        static const char *const names[] = {"leaked", "peak", "total", "count", "temporary", "lifetime"};
        _Static_assert(sizeof names / sizeof *names == METRIC_END, "one name each");
        return names[report->options->metric];
}

const char *metric_kind(const struct report *report, enum rule rule)
{
        return report->options->metric == METRIC_LEAKED ? rule_kind(rule) : metric_name(report);
}

/* "1.50 s", "200 ms", "12 us" */
static const char *time_words(struct store *store, uint64_t us)
{
        if (us >= 10000000)
                return store_format(store, "%s s", quantity_number(store, us / 1000000));
        if (us >= 1000000)
                return store_format(store, "%llu.%02llu s", (unsigned long long)(us / 1000000),
                                    (unsigned long long)(us / 10000 % 100));
        if (us >= 1000)
                return store_format(store, "%llu ms", (unsigned long long)(us / 1000));
        return store_format(store, "%llu us", (unsigned long long)us);
}

static const char *quantity_words(const struct report *report, uint64_t bytes, uint64_t blocks)
{
        struct store *store = report->store;
        switch (report->options->metric) {
        case METRIC_COUNT:
                return store_format(store, "%s of %s", quantity_of(store, blocks, "allocation", "allocations"),
                                    quantity_bytes(store, bytes));
        case METRIC_TEMPORARY:
                return store_format(store, "%s of %s",
                                    quantity_of(store, blocks, "temporary block", "temporary blocks"),
                                    quantity_bytes(store, bytes));
        case METRIC_TOTAL:
        case METRIC_LIFETIME:
                return store_format(store, "%s in %s allocated", quantity_bytes(store, bytes),
                                    quantity_blocks(store, blocks));
        default:
                return store_format(store, "%s in %s at the peak", quantity_bytes(store, bytes),
                                    quantity_blocks(store, blocks));
        }
}

const char *metric_title(const struct report *report, const struct finding *finding)
{
        struct store *store = report->store;
        uint64_t blocks = finding->blocks ? finding->blocks : 1;
        if (report->options->metric != METRIC_LIFETIME)
                return quantity_words(report, finding->bytes, finding->blocks);
        if (finding->blocks <= 1)
                return store_format(store, "a block of %s lived %s", quantity_bytes(store, finding->bytes),
                                    time_words(store, finding->lived_us));
        return store_format(store, "%s lived %s on average, at most %s", quantity_blocks(store, finding->blocks),
                            time_words(store, finding->lived_us / blocks), time_words(store, finding->longest_us));
}

const char *metric_sum(const struct report *report)
{
        uint64_t bytes = 0, blocks = 0;
        size_t n = 0;
        if (report->options->metric == METRIC_LEAKED)
                return "";
        for (size_t i = 0; i < report->findings->n; i++) {
                if (report->findings->all[i].suppressed_by)
                        continue;
                bytes += report->findings->all[i].bytes;
                blocks += report->findings->all[i].blocks;
                n++;
        }
        return store_format(report->store, "%s, at %s", quantity_words(report, bytes, blocks),
                            quantity_of(report->store, n, "site", "sites"));
}

bool metric_suits(const char *format)
{
        static const char *const suited[] = {"text", "folded", "pprof", "speedscope", "html"};
        for (size_t i = 0; i < sizeof suited / sizeof *suited; i++)
                if (strcmp(format, suited[i]) == 0)
                        return true;
        return false;
}
