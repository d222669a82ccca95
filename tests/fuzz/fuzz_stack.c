/* Stacks of any contents, walked with and without memory of the last walk: both must come to the same.
 *
 * The stack ends at a page that cannot be read. Its words are made of the input, so that they are often plausible: code
 * of this program, pointers into the stack, small numbers. After each walk some words change, as if functions had
 * returned and others been called. */
#include "fuzz/target.h"
#include "shim/arena/arena.h"
#include "shim/stack/memo.h"
#include "shim/stack/module.h"
#include "shim/stack/rule.h"
#include "shim/stack/trie.h"
#include "wire/family.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

extern const char __executable_start[], etext[];

size_t taken_in;

enum { PAGE = 4096, STACK_BYTES = 2 * PAGE, WORDS = STACK_BYTES / 8, STEPS = 6, NODES_MAX = 200000 };

enum { CODES = 256, WORDS_SMALL = 6 };

static struct thread self;
static uintptr_t *stack;
static uintptr_t codes[CODES]; /* addresses whose frames are small: with them random stacks are deep */

static void send_nothing(int memfd, size_t bytes) {}
static const struct arena_helper helper = {send_nothing, NULL};

static void codes_find(void)
{
        const struct module *module = module_find((uintptr_t)__executable_start);
        size_t n = 0, tries = 0;
        for (uint64_t state = 1; n < CODES && tries < 1000000; tries++) {
                state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
                uintptr_t pc = (uintptr_t)__executable_start + (state >> 33) % (size_t)(etext - __executable_start);
                struct cfi_row row;
                if (cfi_find(module, pc - 1, &row) != CFI_FOUND)
                        continue;
                uint32_t rule = rule_encode(&row);
                /* Half of them with a frame pointer, which -O1 code of clang's has too seldom by itself; where the
                 * compiler leaves none at all (GCC -O2), the rest as they come. */
                bool wanted = n % 2 == 0 || rule & 1 || tries > 300000;
                if (rule < RULE_PLAIN_END && (rule >> 1 & RULE_WORDS_MAX) <= WORDS_SMALL && wanted)
                        codes[n++] = pc;
        }
        if (n < CODES)
                abort();
}

static void begin(void)
{
        char *pages = mmap(NULL, STACK_BYTES + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED || mprotect(pages + STACK_BYTES, PAGE, PROT_NONE) != 0 || !arena_init(5, &helper))
                abort();
        stack = (uintptr_t *)pages;
        stack_init(false);
        self.slot = 1;
        stack_thread_init(&self);
        codes_find();
}

/* The trie would grow with every input. */
static void forget(void)
{
        uint64_t *used = &arena.header->extents[WIRE_EXTENT_NODES].used;
        memset(arena.nodes, 0, *used * sizeof *arena.nodes);
        *used = 1;
        trie_reset();
        stack_thread_init(&self);
}

static uintptr_t word_make(uint8_t kind, uint16_t value)
{
        size_t code = (size_t)(etext - __executable_start);
        switch (kind % 8) {
        case 0:
                return (uintptr_t)__executable_start + (size_t)value * 37 % code;
        case 1:
        case 2:
                return (uintptr_t)&stack[WORDS - value % 256];
        case 3:
                return value;
        case 4:
                return (uintptr_t)value * UINT64_C(0x9e3779b97f4a7c15);
        default:
                return codes[value % CODES];
        }
}

struct input {
        const uint8_t *at, *end;
};

static uintptr_t word_next(struct input *in)
{
        if (in->end - in->at < 3)
                return 0;
        uintptr_t word = word_make(in->at[0], (uint16_t)(in->at[1] | in->at[2] << 8));
        in->at += 3;
        return word;
}

static void walk_both(const struct stack_start *start)
{
        uint64_t word = wire_word_allocator(WIRE_ENTRY_MALLOC, 0);
        uint32_t with = stack_capture(&self, start, word).n;
        uint32_t again = stack_capture(&self, start, word).n;
        memo_forget(&self.memo->levels[0]);
        uint32_t without = stack_capture(&self, start, word).n;
        if (with != without || with != again)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
        if (!stack)
                begin();
        struct input in = {bytes, bytes + n};
        taken_in++; /* any bytes are a stack */
        if (arena.header->extents[WIRE_EXTENT_NODES].used > NODES_MAX)
                forget();
        /* From the end of the stack down: what lies next to the unreadable page is the most telling. */
        size_t room = n / 6 < WORDS / 2 ? n / 6 : WORDS / 2;
        uintptr_t *sp = stack + WORDS - room - 1;
        for (uintptr_t *at = sp; at < stack + WORDS; at++)
                *at = word_next(&in);
        struct stack_start start = {
                .pc = word_make(7, n > 1 ? bytes[1] : 1), .sp = (uintptr_t)sp, .fp = word_next(&in)};
        for (unsigned i = 0; i < STEPS; i++) {
                walk_both(&start);
                for (unsigned k = 0; k < 3 && in.at < in.end; k++) {
                        size_t at = *in.at++ % (room + 1);
                        sp[at] = word_next(&in);
                }
                if (i % 2)
                        start.fp = word_next(&in);
        }
        return 0;
}
