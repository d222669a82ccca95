/* Sites in words, while the program runs: see describe.h
 *
 * Names are the CLI's trade. It opens our arena through /proc, as for `unfreed snapshot`, and speaks of the stacks
 * whose numbers it is given; what it prints comes back through a memfd, which unlike a pipe never fills up.
 */
#include "shim/record/describe.h"

#include "bare/bits.h"
#include "bare/number.h"
#include "shim/arena/arena.h"
#include "shim/record/reporter.h"
#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"

#include <fcntl.h>
#include <linux/memfd.h>
#include <string.h>
#include <time.h>

enum { SITE_BYTES = 5 * NUMBER_TEXT_BYTES, FRAMES_SHOWN = 30, CLI_UNABLE = 125, TRIES = 4, PAUSE_MS = 20 };

/* Text into a buffer that may be too small for it: `length` goes on counting. */
struct text {
        char *at;
        size_t length, size;
};

static void text_add(struct text *text, const char *piece)
{
        for (; *piece; piece++, text->length++)
                if (text->length + 1 < text->size)
                        text->at[text->length] = *piece;
}

static void text_number(struct text *text, uint64_t n)
{
        char digits[NUMBER_TEXT_BYTES];
        number_decimal(digits, n);
        text_add(text, digits);
}

static size_t text_end(const struct text *text)
{
        if (text->size)
                text->at[text->length < text->size ? text->length : text->size - 1] = '\0';
        return text->length;
}

static const char *text_of(uint32_t offset) { return arena_element(WIRE_EXTENT_TEXT, offset, 1); }

static void native_frame(uint64_t word, struct describe_frame *ret)
{
        unsigned tag = wire_word_tag(word);
        *ret = (struct describe_frame){.pc = wire_word_value(word)};
        if (tag >= 1 && tag <= WIRE_TAG_MODULE_MAX) {
                const struct wire_module *module = &arena.modules[tag];
                ret->module = text_of(module->path);
                ret->offset = ret->pc - module->bias;
        }
}

static void python_frame(uint64_t word, struct describe_frame *ret)
{
        const struct wire_code *code = arena_element(WIRE_EXTENT_CODES, wire_word_code_index(word), sizeof *code);
        *ret = (struct describe_frame){
                .function = text_of(code->qualname), .file = text_of(code->filename), .line = code->first_line};
}

static size_t frames_walk(uint32_t node, bool python, struct describe_frame *ret_frames, size_t most, size_t n)
{
        for (; node; node = arena.nodes[node].parent) {
                uint64_t word = arena.nodes[node].word;
                unsigned tag = wire_word_tag(word);
                bool is_code = tag == WIRE_TAG_CODE;
                if (tag == WIRE_TAG_PYTHON && python)
                        n = frames_walk((uint32_t)word, true, ret_frames, most, n);
                if (is_code != python || (!is_code && tag >= WIRE_TAG_ALLOCATOR))
                        continue;
                if (n < most)
                        (is_code ? python_frame : native_frame)(word, &ret_frames[n]);
                n++;
        }
        return n;
}

size_t describe_frames(uint32_t stack, struct describe_frame *ret_frames, size_t most)
{
        uint64_t n_nodes = __atomic_load_n(&arena.header->extents[WIRE_EXTENT_NODES].used, __ATOMIC_RELAXED);
        if (stack == 0 || stack >= n_nodes)
                return 0;
        return frames_walk(stack, false, ret_frames, most, frames_walk(stack, true, ret_frames, most, 0));
}

static void site_plainly(struct text *text, const struct since_site *site)
{
        struct describe_frame frames[FRAMES_SHOWN];
        size_t n = describe_frames(site->stack, frames, FRAMES_SHOWN);
        text_number(text, site->bytes);
        text_add(text, " bytes in ");
        text_number(text, site->blocks);
        text_add(text, " blocks\n");
        for (size_t i = 0; i < n && i < FRAMES_SHOWN; i++) {
                char number[NUMBER_TEXT_BYTES];
                bool is_python = frames[i].function != NULL;
                number_hex(number, frames[i].module ? frames[i].offset : frames[i].pc);
                text_add(text, "    ");
                text_add(text, is_python ? frames[i].function : frames[i].module ? frames[i].module : "");
                text_add(text, is_python ? " in " : frames[i].module ? "+" : "");
                text_add(text, is_python ? frames[i].file : number);
                text_add(text, "\n");
        }
}

/* The argument --sites=STACK:FAMILY:VERDICT:BLOCKS:BYTES,... */
static void sites_write(const struct since_site *sites, size_t n, struct text *ret)
{
        text_add(ret, "--sites=");
        for (size_t i = 0; i < n; i++) {
                const struct since_site *site = &sites[i];
                uint64_t numbers[] = {site->stack, site->family, site->verdict, site->blocks, site->bytes};
                for (unsigned k = 0; k < 5; k++) {
                        text_add(ret, k ? ":" : i ? "," : "");
                        text_number(ret, numbers[k]);
                }
        }
        text_end(ret);
}

/* Run the CLI with its output into `out`. False: it could not do it. */
static bool cli_ask(char *sites, bool json, int out)
{
        char pid[NUMBER_TEXT_BYTES];
        number_decimal(pid, (uint64_t)sys_call(SYS_getpid));
        struct reporter *reporter = pages_take(sizeof *reporter);
        if (reporter == NULL)
                return false;
        bool done = false;
        if (reporter_find(reporter->path)) {
                char *arguments[] = {
                        reporter->path, "snapshot", pid, sites, json ? "--format=json" : "--format=text", NULL};
                memcpy(reporter->argv, arguments, sizeof arguments);
                reporter->memfd = -1;
                reporter->out = out;
                /* A runner that was told of this process just now may not have read it yet. */
                const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
                int status = reporter_run(reporter);
                for (unsigned i = 0; i < TRIES && status == CLI_UNABLE; i++) {
                        sys_call(SYS_nanosleep, &pause, NULL);
                        sys_call(SYS_ftruncate, out, 0);
                        sys_call(SYS_lseek, out, 0, 0 /* SEEK_SET */);
                        status = reporter_run(reporter);
                }
                done = status == 0;
        }
        pages_give(reporter, sizeof *reporter);
        return done;
}

/* A descriptor that is none of the first three, which the CLI gets anew. */
static int out_open(void)
{
        long fd = sys_call(SYS_memfd_create, "unfreed-words", MFD_CLOEXEC);
        if (sys_failed(fd))
                return -1;
        long high = sys_call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 16);
        sys_call(SYS_close, fd);
        return sys_failed(high) ? -1 : (int)high;
}

static size_t out_read(int fd, char *ret_text, size_t size)
{
        long length = sys_call(SYS_lseek, fd, 0, 2 /* SEEK_END */);
        size_t n = 0;
        for (long got; n + 1 < size && (got = sys_call(SYS_pread64, fd, ret_text + n, size - 1 - n, n)) > 0;)
                n += (size_t)got;
        if (size)
                ret_text[n] = '\0';
        return length > 0 ? (size_t)length : 0;
}

size_t describe_sites(const struct since_site *sites, size_t n, bool json, char *ret_text, size_t size)
{
        n = n < DESCRIBE_SITES_MAX ? n : DESCRIBE_SITES_MAX;
        struct text argument = {.size = (n + 1) * SITE_BYTES};
        argument.at = pages_take(argument.size);
        size_t length = 0;
        if (argument.at == NULL)
                return 0;
        sites_write(sites, n, &argument);
        int out = out_open();
        if (out >= 0) {
                if (cli_ask(argument.at, json, out))
                        length = out_read(out, ret_text, size);
                sys_call(SYS_close, out);
        }
        pages_give(argument.at, argument.size);
        if (length || json)
                return length;
        struct text text = {.at = ret_text, .size = size};
        for (size_t i = 0; i < n; i++)
                site_plainly(&text, &sites[i]);
        return text_end(&text);
}
