/* Snapshots that the runner keeps: see keeper.h
 *
 * The runner holds the arenas, so a service is looked at without noticing. With snapshot_every each living image is
 * kept that often; with snapshot_growth only when it holds so many bytes more than when it was kept last, which is then
 * asked every second if nothing else is said. What cannot be written is said once a time and does not end the service.
 */
#include "cli/command/keeper.h"

#include "cli/command/pattern.h"
#include "cli/command/snapshot.h"

#include <stdlib.h>

/* Asked so often when only growth was named: reading a header costs a page. */
static const double GROWTH_SECONDS = 1;

struct kept {
        int pid;
        uint64_t start_ns; /* of the image */
        uint64_t bytes;    /* that it held then */
};

struct keeper {
        struct options options;
        struct policy *policy;
        uint64_t growth_bytes;
        struct kept *kept;
        size_t n;
};

/* What was kept of this image last; a fresh one begins with nothing. NULL without memory. */
static struct kept *kept_find(struct keeper *keeper, const struct arena_brief *brief)
{
        for (size_t i = 0; i < keeper->n; i++)
                if (keeper->kept[i].pid == brief->pid && keeper->kept[i].start_ns == brief->start_ns)
                        return &keeper->kept[i];
        struct kept *kept = realloc(keeper->kept, (keeper->n + 1) * sizeof *kept);
        if (!kept)
                return NULL;
        keeper->kept = kept;
        kept[keeper->n] = (struct kept){brief->pid, brief->start_ns, 0};
        return &kept[keeper->n++];
}

static void image_look(void *context, int memfd, const struct arena_brief *brief)
{
        struct keeper *keeper = context;
        struct kept *kept = kept_find(keeper, brief);
        if (!kept || brief->live_bytes < kept->bytes + keeper->growth_bytes)
                return;
        kept->bytes = brief->live_bytes;
        snapshot_show(keeper->policy, &keeper->options, memfd, brief->pid);
}

int keeper_new(const struct options *options, struct collect_request *request, struct keeper **ret_keeper)
{
        *ret_keeper = NULL;
        if (options->snapshot_seconds <= 0 && options->snapshot_growth_bytes == 0)
                return 0;
        if (pattern_check(options->snapshot_path) < 0)
                return -1;
        struct keeper *keeper = calloc(1, sizeof *keeper);
        if (!keeper)
                return -1;
        keeper->options = *options;
        keeper->options.output = options->snapshot_path;
        keeper->options.n_targets = 0;
        keeper->options.gate = 0;
        keeper->options.baseline = NULL;
        if (policy_open(&keeper->options, &keeper->policy) < 0) { /* its own: it counts what it sees */
                free(keeper);
                return -1;
        }
        keeper->growth_bytes = options->snapshot_growth_bytes;
        request->look_seconds = options->snapshot_seconds > 0 ? options->snapshot_seconds : GROWTH_SECONDS;
        request->look = image_look;
        request->look_context = keeper;
        *ret_keeper = keeper;
        return 0;
}

void keeper_free(struct keeper *keeper)
{
        if (!keeper)
                return;
        policy_close(keeper->policy);
        free(keeper->kept);
        free(keeper);
}
