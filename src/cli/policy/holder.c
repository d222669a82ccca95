/* Who holds a reachable block: see holder.h */
#include "cli/policy/holder.h"

#include "cli/policy/id.h"
#include "cli/policy/judge.h"
#include "cli/policy/map.h"
#include "cli/policy/naming.h"
#include "cli/policy/store.h"
#include "cli/symbol/symbol.h"

#include <stdlib.h>
#include <string.h>

struct holders {
        const struct process *process;
        struct map *rows;  /* holder_key -> struct wire_holder * */
        struct map *sites; /* stack -> struct site *; NULL = not asked for yet */
};

struct holder_key {
        uint32_t stack, verdict;
};

struct holders *holders_new(const struct process *process)
{
        struct holders *holders = calloc(1, sizeof *holders);
        if (!holders)
                abort();
        holders->process = process;
        holders->rows = map_new();
        for (size_t i = 0; i < process->n_holders; i++) {
                const struct wire_holder *holder = &process->holders[i];
                if (holder->kind == WIRE_HOLDER_LEADS || holder->kind == WIRE_HOLDER_TYPE) /* those belong to sites */
                        continue;
                struct holder_key key = {holder->stack, holder->verdict};
                *map_at(holders->rows, &key, sizeof key) = (void *)holder;
        }
        return holders;
}

void holders_free(struct holders *holders)
{
        if (!holders)
                return;
        map_free(holders->rows);
        map_free(holders->sites);
        free(holders);
}

const struct wire_holder *holders_find(const struct holders *holders, const struct site *site)
{
        struct holder_key key = {site->stack, site->verdict};
        return map_find(holders->rows, &key, sizeof key);
}

/* Of several verdicts of one stack any will do: it is the family that is wanted. */
static const struct site *site_of(struct holders *holders, uint32_t stack)
{
        const struct process *process = holders->process;
        if (!holders->sites) {
                holders->sites = map_new();
                for (size_t i = 0; i < process->n_sites; i++)
                        *map_at(holders->sites, &process->sites[i].stack, sizeof stack) = &process->sites[i];
        }
        return map_find(holders->sites, &stack, sizeof stack);
}

static const char *block_name(struct holders *holders, uint32_t node, struct naming *naming, struct store *store)
{
        const struct site *site = site_of(holders, node);
        struct stack stack;
        struct finding finding = {0};
        const char *names[ID_NAMES];
        if (!site)
                return NULL;
        naming_stack(naming, holders->process, node, &stack);
        size_t n = id_names(&stack, names, &finding.weak);
        if (n == 0)
                return NULL;
        id_make(rule_group(RULE_UF003), family_name(judge_family(&stack, site->family)), names, n, finding.id);
        const char *bang = strchr(names[0], '!');
        return store_format(store, "%s%.8s, %s", finding.weak ? "~" : "", finding.id, bang ? bang + 1 : names[0]);
}

const char *holders_name(struct holders *holders, const struct wire_holder *holder, struct symbols *symbols,
                         struct naming *naming, struct store *store)
{
        const struct process *process = holders->process;
        switch (holder->kind) {
        case WIRE_HOLDER_MODULE: {
                bool is_known = holder->module && holder->module < process->n_modules;
                const char *name =
                        is_known ? symbols_name_datum(symbols, &process->modules[holder->module], holder->address)
                                 : NULL;
                return name ? store_copy(store, name, strlen(name)) : NULL;
        }
        case WIRE_HOLDER_BLOCK:
                return block_name(holders, holder->other, naming, store);
        default:
                return NULL;
        }
}
