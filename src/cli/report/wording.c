/* What is said of findings, whatever the format: see format.h */
#include "cli/policy/map.h"
#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/metric.h"
#include "cli/report/quantity.h"

#include <signal.h>
#include <string.h>

bool report_shows(const struct report *report, const struct finding *finding)
{
        const struct options *options = report->options;
        if (finding->suppressed_by)
                return options->show_suppressed || options->verbose;
        return options->show >> finding->rule & 1 || (options->verbose && finding->rule == RULE_UF003);
}

const char *report_path(const struct report *report, const char *file)
{
        size_t n = strlen(report->cwd);
        while (n && report->cwd[n - 1] == '/')
                n--;
        return n && strncmp(file, report->cwd, n) == 0 && file[n] == '/' && file[n + 1] ? file + n + 1 : file;
}

const char *report_function(const struct report *report, const struct named_frame *frame)
{
        const char *bang = strchr(frame->key, '!');
        if (frame->marks & MARK_NAMELESS && !frame->frame.module)
                return "(code made at run time)";
        if (frame->marks & MARK_NAMELESS)
                return store_format(report->store, "%s+0x%llx", frame->frame.module,
                                   (unsigned long long)frame->frame.offset);
        const char *full = frame->frame.function ? frame->frame.function : frame->frame.raw;
        if (!full)
                return "?";
        bool is_native = frame->frame.language != LANGUAGE_PYTHON && frame->frame.language != LANGUAGE_CYTHON;
        return is_native && bang && !report->options->verbose ? bang + 1 : full;
}

static bool has_python(const struct stack *stack)
{
        for (size_t i = 0; i < stack->n_frames; i++) {
                enum frame_language language = stack->frames[i]->frame.language;
                if (language == LANGUAGE_PYTHON || language == LANGUAGE_CYTHON)
                        return true;
        }
        return false;
}

bool report_folds(const struct report *report, const struct stack *stack, const struct named_frame *frame)
{
        return frame->marks & MARK_INTERPRETER && !report->options->verbose && has_python(stack);
}

size_t report_depth(const struct report *report, const struct stack *stack)
{
        unsigned depth = report->options->depth;
        return depth && depth < stack->n_frames ? depth : stack->n_frames;
}

/* "PyMem_Malloc block", "block" */
static const char *block_words(const struct report *report, const struct finding *finding)
{
        const char *entry = entry_name(finding->stack.entry);
        if (*entry)
                return store_format(report->store, "%s block", entry);
        return finding->family ? store_format(report->store, "%s block", family_name(finding->family)) : "block";
}

/* "free()", "operator delete", "release" */
static const char *release_words(const struct report *report, const struct finding *finding)
{
        const char *entry = entry_name(finding->release.entry);
        if (!*entry)
                return "release";
        return strchr(entry, ' ') ? entry : store_format(report->store, "%s()", entry);
}

static const char *place_words(const struct report *report, const struct finding *finding)
{
        const struct wire_wrong *wrong = finding->wrong;
        struct store *store = report->store;
        static const char *const places[] = {
#define X(id, text) text,
                WIRE_PLACES(X)
#undef X
        };
        if (wrong->block && (wrong->place == WIRE_PLACE_INSIDE || wrong->place == WIRE_PLACE_INSIDE_RELEASED))
                return store_format(store, "an address %s into %s%s of %s",
                                   quantity_bytes(store, wrong->address - wrong->block),
                                   wrong->place == WIRE_PLACE_INSIDE ? "a " : "a released ",
                                   block_words(report, finding), quantity_bytes(store, wrong->size));
        if (wrong->place == WIRE_PLACE_MODULE && wrong->module && wrong->module < finding->wrong_process->n_modules)
                return store_format(store, "an address in %s's data or code",
                                   finding->wrong_process->modules[wrong->module].name);
        if (wrong->place == WIRE_PLACE_STACK || wrong->place == WIRE_PLACE_MODULE || wrong->place == WIRE_PLACE_MAPPING ||
            wrong->place == WIRE_PLACE_HEAP || wrong->place == WIRE_PLACE_UNMAPPED)
                return store_format(store, "an address in %s", places[wrong->place]);
        return "an address that was never allocated";
}

/* "100 list objects" where all are of one type, "3 blocks" else */
static const char *leak_blocks(const struct report *report, const struct finding *finding)
{
        const struct type_count *type = finding->types;
        if (finding->n_types != 1 || type->blocks != finding->blocks)
                return quantity_blocks(report->store, finding->blocks);
        return store_format(report->store, "%s %s %s", quantity_number(report->store, type->blocks), type->name,
                           type->blocks == 1 ? "object" : "objects");
}

static const char *leak_title(const struct report *report, const struct finding *finding)
{
        const char *bytes = quantity_bytes(report->store, finding->bytes);
        const char *blocks = leak_blocks(report, finding);
        static const char *const ends[] = { [RULE_UF001] = "leaked",
                                            [RULE_UF002] = "possibly leaked",
                                            [RULE_UF003] = "still reachable",
                                            [RULE_UF004] = "not yet released" };
        const char *about = finding->taken_blocks ? "about " : ""; /* sampled */
        return store_format(report->store, "%s%s in %s %s", about, bytes, blocks, ends[finding->rule]);
}

static bool is_size_wrong(const struct wire_wrong *wrong)
{
        return wrong->given_size && wrong->given_size != wrong->size;
}

const char *report_title(const struct report *report, const struct finding *finding)
{
        struct store *store = report->store;
        switch (finding->rule) {
        case RULE_UF101:
                return store_format(store, "%s released with %s", block_words(report, finding),
                                   release_words(report, finding));
        case RULE_UF102:
                return store_format(store, "%s released twice", block_words(report, finding));
        case RULE_UF103:
                return store_format(store, "%s of %s", release_words(report, finding), place_words(report, finding));
        case RULE_UF104:
                return store_format(store, "%s called without the GIL", release_words(report, finding));
        case RULE_UF105:
                return store_format(store, "%s released with the wrong %s", block_words(report, finding),
                                    is_size_wrong(finding->wrong) ? "size" : "alignment");
        default:
                return report->options->metric == METRIC_LEAKED ? leak_title(report, finding) : metric_title(report, finding);
        }
}

static const char *holder_words(const struct report *report, const struct finding *finding)
{
        const struct wire_holder *holder = finding->holder;
        const struct process *process = finding->holder_process;
        struct store *store = report->store;
        if (!holder)
                return finding->class == WIRE_VERDICT_RUNTIME ? "kept by a runtime library or the interpreter"
                       : finding->class == WIRE_VERDICT_IGNORED ? "the program asked for it to be ignored"
                                                                : "";
        switch (holder->kind) {
        case WIRE_HOLDER_MODULE:
                if (finding->holder_name && holder->module && holder->module < process->n_modules)
                        return store_format(store, "held by the variable %s of %s", finding->holder_name,
                                           process->modules[holder->module].name);
                if (holder->module && holder->module < process->n_modules)
                        return store_format(store, "held by %s+0x%llx (a global)", process->modules[holder->module].name,
                                           (unsigned long long)(holder->address - process->modules[holder->module].bias));
                return "held by a global";
        case WIRE_HOLDER_STACK:
                return store_format(store, "held by the stack of thread %d", holder->tid);
        case WIRE_HOLDER_REGISTER:
                return store_format(store, "held by a register of thread %d", holder->tid);
        case WIRE_HOLDER_TLS:
                return store_format(store, "held by thread-local storage of thread %d", holder->tid);
        case WIRE_HOLDER_MAPPING:
                return "held by a mapping that is not heap";
        case WIRE_HOLDER_BLOCK:
                return finding->holder_name ? store_format(store, "held by another block (%s)", finding->holder_name)
                                            : "held by another block";
        case WIRE_HOLDER_ROOT:
                return process && process->end.how == END_EXEC ? "held by what exec was given, or by a declared root"
                                                               : "held by a region that the program declared a root";
        default:
                return "";
        }
}

/* Of several blocks another one's may be held elsewhere. */
static const char *possible_advice(const struct report *report, const struct finding *finding)
{
        static const char text[] = "only a pointer into the middle is left";
        const char *words = finding->holder ? holder_words(report, finding) : "";
        return *words ? store_format(report->store, "%s; the first one met is %s", text, words) : text;
}

/* "objects: 90 list, 8 dict, and 2 that are none" */
static const char *type_words(const struct report *report, const struct finding *finding)
{
        enum { NAMED_MOST = 6 };
        struct store *store = report->store;
        const char *words = "objects:";
        uint64_t rest = finding->blocks;
        for (size_t i = 0; i < finding->n_types && i < NAMED_MOST; i++) {
                const struct type_count *type = &finding->types[i];
                words = store_format(store, "%s%s %s %s", words, i ? "," : "", quantity_number(store, type->blocks),
                                    type->name);
                rest -= type->blocks < rest ? type->blocks : rest;
        }
        return rest ? store_format(store, "%s, and %s other", words, quantity_blocks(store, rest)) : words;
}

static const char *leak_advice(const struct report *report, const struct finding *finding)
{
        struct store *store = report->store;
        if (finding->class == WIRE_VERDICT_INDIRECT)
                return "lost through other lost blocks: release those with what they hold";
        bool mixed = finding->n_types > 1 || (finding->n_types && finding->types->blocks != finding->blocks);
        const char *types = mixed ? type_words(report, finding) : "";
        if (!finding->indirect_blocks)
                return types;
        uint64_t lost = finding->blocks - finding->held_blocks;
        bool elsewhere = finding->indirect_blocks > finding->held_blocks; /* born, and not in the title's sum */
        const char *bytes = elsewhere ? store_format(store, " of %s", quantity_bytes(store, finding->indirect_bytes)) : "";
        return store_format(store, "%s%s%s lost, %s more%s reachable only through %s", types, mixed ? "; " : "",
                           quantity_blocks(store, lost), quantity_number(store, finding->indirect_blocks), bytes,
                           lost == 1 ? "it" : "them");
}

static const char *size_advice(const struct report *report, const struct finding *finding)
{
        const struct wire_wrong *wrong = finding->wrong;
        struct store *store = report->store;
        const char *align = wrong->align_log2 && wrong->align_log2 < 63
                                    ? store_format(store, "alignment %s", quantity_number(store, 1ull << wrong->align_log2))
                                    : NULL;
        const char *had = finding->stack.align_log2 && finding->stack.align_log2 < 63
                                  ? store_format(store, ", alignment %s",
                                                quantity_number(store, 1ull << finding->stack.align_log2))
                                  : "";
        return store_format(store, "the block has %s%s; it was released as if it had %s%s%s",
                           quantity_bytes(store, wrong->size), had,
                           wrong->given_size ? quantity_bytes(store, wrong->given_size) : "",
                           wrong->given_size && align ? ", " : "", align ? align : wrong->given_size ? "" : "others");
}

const char *report_signal(const struct report *report, int number)
{
        const char *name = sigabbrev_np(number);
        return name ? store_format(report->store, "SIG%s", name) : store_format(report->store, "signal %d", number);
}

size_t report_n_processes(const struct report *report)
{
        const struct capture *capture = report->capture;
        struct map *seen = map_new();
        size_t n = 0;
        for (size_t i = 0; i < capture->n_processes; i++) {
                void **known = map_at(seen, &capture->processes[i].pid, sizeof capture->processes[i].pid);
                n += !*known;
                *known = seen;
        }
        map_free(seen);
        return n;
}

bool report_drop_is_minor(enum wire_drop drop)
{
        return drop == WIRE_DROP_FOREIGN || drop == WIRE_DROP_EARLY || drop == WIRE_DROP_WALKS;
}

const char *report_end(const struct report *report)
{
        const struct process *process = report->root;
        if (!process)
                return "was not seen";
        switch (process->end.how) {
        case END_EXIT:
                return store_format(report->store, "exited %d", process->end.code);
        case END_SIGNAL:
                return store_format(report->store, "was killed by %s", report_signal(report, process->end.signal));
        case END_EXEC:
                /* Without a runner nobody knows what came of the new image, which reports for itself if it is watched. */
                return report->capture->command ? "became a program that could not be watched" : "became another program";
        case END_RUNNING:
                return "still runs";
        case END_LOST:
                break;
        }
        return "ended, nobody could see how";
}

static bool ended_past_us(const struct process *process)
{
        return process->end.how == END_EXIT && process->judged == WIRE_JUDGED_NOT && !process->unjudged && process->n_sites;
}

const char *report_why_unjudged(const struct process *process)
{
        static const char *const texts[WIRE_UNJUDGED_END] = {
                [WIRE_UNJUDGED_NONE] = "",
#define X(id, name, text) [WIRE_UNJUDGED_##id] = (text),
                WIRE_UNJUDGED(X)
#undef X
        };
        return ended_past_us(process) ? "it ended by a system call of its own, past exit() and _exit()" : texts[process->unjudged];
}

static const char *unclassified_advice(const struct report *report, const struct finding *finding)
{
        const struct process *process = finding->n_processes ? finding->processes[0] : NULL;
        switch (process ? process->end.how : END_LOST) {
        case END_SIGNAL:
                return store_format(report->store, "alive when %s ended the process: what still pointed to it was not examined",
                                    report_signal(report, process->end.signal));
        case END_RUNNING:
                return "alive now: the process still runs";
        case END_EXEC:
                return "alive when another program took the place of this one";
        case END_EXIT:
                return store_format(report->store, "alive at exit; what still pointed to it was not examined%s%s",
                                    *report_why_unjudged(process) ? ": " : "", report_why_unjudged(process));
        case END_LOST:
                break;
        }
        return "alive when the process ended, nobody could see how";
}

static const char *mix_words(enum severity severity)
{
        return severity == SEVERITY_LOW      ? "; no build of CPython suffers from it, but its debug hooks end the program"
               : severity == SEVERITY_MEDIUM ? "; it goes well until CPython is built without the GIL"
                                             : "";
}

static const char *mismatch_advice(const struct report *report, const struct finding *finding)
{
        bool resizes = wire_entry_role(finding->release.entry) == WIRE_RESIZE;
        const char *right = resizes ? family_resize(finding->family) : family_release(finding->family);
        const char *mix = mix_words(finding->severity);
        if (!right)
                return store_format(report->store, "nothing resizes what %s gave: make another, copy, and use %s here%s",
                                    family_name(finding->family), family_release(finding->family), mix);
        return store_format(report->store, "use %s here%s", right, mix);
}

const char *report_release_verb(const struct finding *finding, const char *usual)
{
        return finding->rule == RULE_UF104 ? "called" : wire_entry_role(finding->release.entry) == WIRE_RESIZE ? "resized" : usual;
}

const char *report_advice(const struct report *report, const struct finding *finding)
{
        switch (finding->rule) {
        case RULE_UF001:
                return leak_advice(report, finding);
        case RULE_UF002:
                return possible_advice(report, finding);
        case RULE_UF003:
                return report->options->metric == METRIC_LEAKED ? holder_words(report, finding) : "";
        case RULE_UF004:
                return unclassified_advice(report, finding);
        case RULE_UF101:
                return mismatch_advice(report, finding);
        case RULE_UF104:
                return "hold the GIL here";
        case RULE_UF105:
                return size_advice(report, finding);
        default:
                return "";
        }
}

const struct stack *report_blame(const struct finding *finding)
{
        return !rule_is_leak(finding->rule) && finding->release.n_frames ? &finding->release : &finding->stack;
}

const struct named_frame *report_place(const struct stack *stack)
{
        const unsigned foreign = MARK_ALLOCATOR | MARK_WRAPPER | MARK_INTERPRETER | MARK_RUNTIME;
        const struct named_frame *any = NULL;
        for (size_t i = 0; i < stack->n_frames; i++) {
                const struct named_frame *frame = stack->frames[i];
                if (!frame->frame.file || frame->frame.line < 1)
                        continue;
                if (!(frame->marks & foreign))
                        return frame;
                any = any ? any : frame;
        }
        return any;
}

const struct named_frame *report_subject(const struct stack *stack)
{
        const unsigned foreign = MARK_ALLOCATOR | MARK_WRAPPER | MARK_INTERPRETER | MARK_RUNTIME;
        const struct named_frame *place = report_place(stack);
        if (place)
                return place;
        for (size_t i = 0; i < stack->n_frames; i++)
                if (!(stack->frames[i]->marks & foreign))
                        return stack->frames[i];
        return stack->n_frames ? stack->frames[0] : NULL;
}
