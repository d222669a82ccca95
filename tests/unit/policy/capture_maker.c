/* Captures made by hand: see capture_maker.h. Memory is the test's, which is a process and soon ends. */
#include "policy/capture_maker.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <string.h>

enum { MADE_MAX = 1 << 21, PROCESSES_MAX = 1024, SITES_MAX = 1 << 18 };

static const char **specs; /* by address, and by code index */
static uint32_t n_specs = 1;
static struct module the_module = { .path = "/src/leaky", .name = "leaky", .start = 0x1000, .end = UINT64_MAX };

const char *made_root = "/src";

struct capture *made_capture(void)
{
        static char *command[] = { "./leaky", NULL };
        struct capture *capture = calloc(1, sizeof *capture);
        specs = specs ? specs : calloc(MADE_MAX, sizeof *specs);
        capture->processes = calloc(PROCESSES_MAX, sizeof *capture->processes);
        capture->command = command;
        made_process(capture, 4711);
        return capture;
}

/* Room for the largest capture of any test; pages come on touch, so that thousands of small ones cost nothing. */
static void *room(size_t n, size_t size)
{
        return mmap(NULL, n * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

struct process *made_process(struct capture *capture, int pid)
{
        static char *argv[] = { "./leaky", NULL };
        struct process *process = &capture->processes[capture->n_processes++];
        *process = (struct process){
                .pid = pid,
                .ppid = 4710,
                .exe = "/src/leaky",
                .cwd = made_root,
                .argv = argv,
                .argc = 1,
                .judged = WIRE_JUDGED_WHOLE,
                .allocations = 7,
                .releases = 3,
                .peak_bytes = 1052672,
        };
        process->modules = calloc(3, sizeof *process->modules);
        process->modules[1] = process->modules[2] = the_module;
        process->n_modules = 3;
        process->nodes = room(MADE_MAX, sizeof *process->nodes);
        process->n_nodes = 1;
        process->codes = room(MADE_MAX / 16, sizeof *process->codes);
        process->n_codes = 1;
        process->sites = room(SITES_MAX, sizeof *process->sites);
        process->wrongs = room(SITES_MAX / 16, sizeof *process->wrongs);
        process->holders = room(SITES_MAX / 16, sizeof *process->holders);
        return process;
}

static uint32_t node(struct process *process, uint64_t word, uint32_t parent)
{
        process->nodes[process->n_nodes] = (struct wire_node){ .word = word, .parent = parent };
        return (uint32_t)process->n_nodes++;
}

static uint64_t word_of(struct process *process, const char *spec)
{
        if (strcmp(spec, "CUT") == 0)
                return wire_word(WIRE_TAG_CUT, 0);
        uint32_t n = n_specs++;
        specs[n] = spec;
        if (strncmp(spec, "py:", 3) != 0)
                return wire_word(strncmp(spec, "demo.so!", 8) == 0 ? 2 : 1, n);
        uint32_t code = (uint32_t)process->n_codes++;
        process->codes[code].filename = spec;
        uint64_t word = wire_word_code(code, n & WIRE_LASTI_MAX);
        return spec[strlen(spec) - 1] == ';' ? word | WIRE_CODE_ENTRY : word;
}

uint32_t made_stack(struct process *process, enum wire_entry entry, ...)
{
        const char *native[256], *python[256], *spec;
        size_t n_native = 0, n_python = 0;
        va_list arguments;
        va_start(arguments, entry);
        while ((spec = va_arg(arguments, const char *)))
                if (strncmp(spec, "py:", 3) == 0)
                        python[n_python++] = spec;
                else
                        native[n_native++] = spec;
        va_end(arguments);
        uint32_t outer = 0, python_outer = 0;
        while (n_native)
                outer = node(process, word_of(process, native[--n_native]), outer);
        while (n_python)
                python_outer = node(process, word_of(process, python[--n_python]), python_outer);
        if (python_outer)
                outer = node(process, wire_word(WIRE_TAG_PYTHON, python_outer), outer);
        return entry ? node(process, wire_word_allocator(entry, 0), outer) : outer;
}

uint32_t made_frame(struct process *process, const char *spec, uint32_t outer)
{
        return node(process, word_of(process, spec), outer);
}

uint32_t made_entry(struct process *process, enum wire_entry entry, uint32_t outer)
{
        return node(process, wire_word_allocator(entry, 0), outer);
}

struct site *made_site(struct process *process, uint32_t stack, enum wire_verdict verdict, uint64_t blocks,
                       uint64_t block_bytes)
{
        struct site *site = &process->sites[process->n_sites++];
        *site = (struct site){
                .stack = stack,
                .verdict = verdict,
                .family = WIRE_FAMILY_MALLOC,
                .blocks = blocks,
                .bytes = blocks * block_bytes,
                .least_bytes = block_bytes,
                .most_bytes = block_bytes,
        };
        return site;
}

struct wire_wrong *made_wrong(struct process *process, enum wire_wrong_kind kind, uint32_t birth, uint32_t release)
{
        struct wire_wrong *wrong = &process->wrongs[process->n_wrongs++];
        *wrong = (struct wire_wrong){
                .address = 0x5000,
                .block = birth ? 0x5000 : 0,
                .size = birth ? 100 : 0,
                .count = 1,
                .birth_stack = birth,
                .release_stack = release,
                .kind = kind,
                .family = WIRE_FAMILY_MALLOC,
        };
        return wrong;
}

struct options made_options(void)
{
        static struct report_target target = { .format = "text" };
        unsigned all = (1u << RULE_END) - 1, quiet = 1u << RULE_UF002 | 1u << RULE_UF003 | 1u << RULE_UF004;
        return (struct options){
                .show = all & ~(1u << RULE_UF003),
                .gate = all & ~quiet,
                .error_exitcode = 23,
                .print_suppressions = true,
                .children = true,
                .targets = &target,
                .n_targets = 1,
        };
}

struct findings *made_findings(const struct capture *capture, const struct options *options)
{
        struct policy *policy;
        struct findings *findings;
        cr_assert(policy_open(options, &policy) >= 0);
        cr_assert(findings_make(policy, capture, NULL, &findings) >= 0);
        return findings;
}

/* The real ones look into files. Here all data are one variable. */
const char *symbols_name_datum(struct symbols *symbols, const struct module *module, uint64_t address)
{
        static char name[40];
        snprintf(name, sizeof name, "table+0x%llx", (unsigned long long)address);
        return name;
}

size_t symbols_name(struct symbols *symbols, const struct raw_frame *raw, struct frame *ret_frames, size_t max)
{
        const char *spec = raw->kind == RAW_PYTHON ? raw->code->filename + 3 : specs[raw->address];
        char *text = strdup(spec), *bang = strchr(text, '!'), *at = strrchr(text, '@');
        *ret_frames = (struct frame){ .offset = 0x1000 + (raw->kind == RAW_PYTHON ? 0 : raw->address) };
        if (strcmp(spec, "MADE") == 0)
                return 1;
        int line = 0;
        char *colon = at ? strrchr(at, ':') : NULL;
        if (at) {
                line = atoi(colon ? colon + 1 : at + 1);
                *at++ = 0;
        }
        if (colon)
                *colon = 0;
        if (bang)
                *bang++ = 0;
        ret_frames->line = line;
        ret_frames->function = bang && *bang ? bang : NULL;
        if (raw->kind == RAW_PYTHON) {
                ret_frames->language = LANGUAGE_PYTHON;
                char *file = malloc(strlen(text) + strlen(made_root) + 2);
                sprintf(file, "%s%s%s", strchr("/<", *text) ? "" : made_root, strchr("/<", *text) ? "" : "/", text);
                ret_frames->file = file;
                return 1;
        }
        char *path = malloc(strlen(text) + 16);
        sprintf(path, *text == '/' ? "%s" : "/src/%s", text);
        ret_frames->module_path = path;
        ret_frames->module = strrchr(path, '/') + 1;
        ret_frames->language = bang && strchr(bang, '(') ? LANGUAGE_CXX : LANGUAGE_C;
        if (colon) {
                char *file = malloc(strlen(at) + strlen(made_root) + 2);
                sprintf(file, "%s%s%s", *at == '/' ? "" : made_root, *at == '/' ? "" : "/", at);
                ret_frames->file = file;
                if (strstr(file, ".pyx"))
                        ret_frames->language = LANGUAGE_CYTHON;
        }
        return 1;
}
