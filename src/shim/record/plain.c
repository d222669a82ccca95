/* A report without names, for when the CLI cannot be had
 *
 * Sites are gathered in a small open-addressing table in pages of our own; past its size the rest is only counted.
 */
#include "shim/record/plain.h"

#include "bare/bits.h"
#include "shim/block/table.h"
#include "shim/sys/message.h"
#include "shim/sys/pages.h"

#include <string.h>

enum { SITES = 4096, SHOWN = 20, FRAMES_SHOWN = 30 };

struct site {
        uint64_t blocks, bytes;
        uint32_t stack, used;
};

struct sites {
        struct site all[SITES];
        uint64_t n, blocks, bytes;
        uint64_t lost; /* of the blocks: those that were judged */
};

static bool is_shown(const struct block *block)
{
        return block->verdict == WIRE_VERDICT_UNCLASSIFIED || block->verdict == WIRE_VERDICT_DEFINITE ||
               block->verdict == WIRE_VERDICT_INDIRECT;
}

static bool site_add(const struct block *block, void *context)
{
        struct sites *sites = context;
        if (!is_shown(block))
                return true;
        sites->blocks++;
        sites->bytes += block->size;
        sites->lost += block->verdict != WIRE_VERDICT_UNCLASSIFIED;
        for (uint64_t i = mix64(block->stack), n = 0; n < SITES; i++, n++) {
                struct site *site = &sites->all[i % SITES];
                if (site->used && site->stack != block->stack)
                        continue;
                if (!site->used && sites->n == SITES / 2)
                        return true;
                sites->n += !site->used;
                site->used = 1;
                site->stack = block->stack;
                site->blocks++;
                site->bytes += block->size;
                return true;
        }
        return true;
}

static void frame_print(uint64_t word)
{
        struct message message;
        unsigned tag = wire_word_tag(word);
        message_begin(&message);
        message_text(&message, "    ");
        if (tag >= 1 && tag <= WIRE_TAG_MODULE_MAX) {
                const struct wire_module *module = &arena.modules[tag];
                message_text(&message, arena_element(WIRE_EXTENT_TEXT, module->path, 1));
                message_text(&message, "+");
                message_hex(&message, wire_word_value(word) - module->bias);
        } else {
                message_hex(&message, wire_word_value(word));
        }
        message_end(&message);
}

static void stack_print(uint32_t stack)
{
        for (unsigned n = 0; stack && n < FRAMES_SHOWN; stack = arena.nodes[stack].parent) {
                uint64_t word = arena.nodes[stack].word;
                if (wire_word_tag(word) >= WIRE_TAG_ALLOCATOR)
                        continue;
                frame_print(word);
                n++;
        }
}

static void counts_print(uint64_t blocks, uint64_t bytes, const char *tail)
{
        struct message message;
        message_begin(&message);
        message_number(&message, bytes);
        message_text(&message, bytes == 1 ? " byte in " : " bytes in ");
        message_number(&message, blocks);
        message_text(&message, blocks == 1 ? " block" : " blocks");
        message_text(&message, tail);
        message_end(&message);
}

/* Whether there were any. */
static bool wrongs_print(void)
{
        static const char *const names[WIRE_WRONG_END] = {
#define X(id, name, rule) [WIRE_WRONG_##id] = rule " " name,
                WIRE_WRONG_KINDS(X)
#undef X
        };
        const struct wire_wrong *rows = arena_element(WIRE_EXTENT_WRONGS, 0, sizeof *rows);
        uint64_t used = arena.header->extents[WIRE_EXTENT_WRONGS].used;
        for (uint64_t i = 1; i < used; i++) {
                message_line(rows[i].kind < WIRE_WRONG_END ? names[rows[i].kind] : "?");
                stack_print(rows[i].release_stack);
                if (rows[i].birth_stack) {
                        message_line("  allocated at");
                        stack_print(rows[i].birth_stack);
                }
        }
        return used > 1;
}

bool plain_report(void)
{
        bool any_wrong = wrongs_print();
        struct sites *sites = pages_take(sizeof *sites);
        if (sites == NULL)
                return any_wrong;
        table_each(site_add, sites);
        for (unsigned shown = 0; shown < SHOWN; shown++) {
                struct site *worst = NULL;
                for (unsigned i = 0; i < SITES; i++)
                        if (sites->all[i].used && (!worst || sites->all[i].bytes > worst->bytes))
                                worst = &sites->all[i];
                if (worst == NULL)
                        break;
                counts_print(worst->blocks, worst->bytes, " not released");
                stack_print(worst->stack);
                worst->used = 0;
        }
        if (sites->blocks)
                counts_print(sites->blocks, sites->bytes, " not released in all (unfreed CLI not found: no names)");
        bool any_lost = sites->lost && !arena.header->python.seen;
        pages_give(sites, sizeof *sites);
        return any_wrong || any_lost;
}
