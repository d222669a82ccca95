/* From a verdict to a rule
 *
 * The process itself says who still holds what; here is what that means for its user. Two things the process cannot
 * know are added: what libc and its kin keep for themselves, and what an interpreter leaves behind, both told by
 * names. In doubt a block is not called leaked.
 */
#include "cli/policy/judge.h"

#include "cli/policy/marks.h"
#include "cli/policy/notes.h"

#include <string.h>

static const struct rule_names {
        const char *code, *kind, *group;
} rule_names[RULE_END] = {
#define X(id, name, group, gate) {#id, name, group},
        FINDING_RULES(X)
#undef X
};

const char *rule_code(enum rule rule) { return rule_names[rule].code; }
const char *rule_kind(enum rule rule) { return rule_names[rule].kind; }
const char *rule_group(enum rule rule) { return rule_names[rule].group; }

const char *severity_name(enum severity severity)
{
        static const char *const names[] = {
#define X(id, name) name,
                FINDING_SEVERITIES(X)
#undef X
        };
        return names[severity];
}

bool rule_is_leak(enum rule rule) { return rule <= RULE_UF004; }

/* What follows may come from an arena: numbers that nobody has a name for are met with the name of the first. */
#define NAME_OF(table, index) table[(size_t)(index) < sizeof table / sizeof *table ? (index) : 0]

const char *class_name(enum wire_verdict class)
{
        static const char *const names[] = {
#define X(id, name) name,
                WIRE_VERDICTS(X)
#undef X
        };
        return NAME_OF(names, class);
}

static const struct family_names {
        const char *name, *release;
} family_names[] = {
#define X(id, name, release) [WIRE_FAMILY_##id] = {name, release},
        WIRE_FAMILIES(X)
#undef X
        [WIRE_FAMILY_NONE] = {"none", ""},
};

const char *family_name(enum wire_family family) { return NAME_OF(family_names, family).name; }
const char *family_release(enum wire_family family) { return NAME_OF(family_names, family).release; }

const char *entry_name(enum wire_entry entry)
{
        static const char *const names[] = {
#define X(id, name, family, role) [WIRE_ENTRY_##id] = name,
                WIRE_ENTRIES(X)
#undef X
                [WIRE_ENTRY_NONE] = "",
        };
        return NAME_OF(names, entry);
}

const char *family_resize(enum wire_family family)
{
        for (unsigned entry = WIRE_ENTRY_NONE + 1; entry < WIRE_ENTRY_END; entry++)
                if (wire_entry_role(entry) == WIRE_RESIZE && wire_entry_family(entry) == family)
                        return entry_name(entry);
        return NULL;
}

enum wire_family judge_family(const struct stack *stack, enum wire_family recorded)
{
        enum wire_family family = wire_entry_family(stack->entry);
        return family != WIRE_FAMILY_NONE ? family : recorded;
}

bool judge_is_false_mismatch(const struct finding *finding)
{
        enum wire_family born = judge_family(&finding->stack, finding->family);
        enum wire_family released = judge_family(&finding->release, WIRE_FAMILY_NONE);
        if (finding->rule != RULE_UF101 || born == released)
                return finding->rule == RULE_UF101;
        return finding->stack.entry_may_be_array && released == WIRE_FAMILY_NEW_ARRAY;
}

/* Measured on CPython 3.8 to 3.14. Blocks of PyMem_* and PyObject_* come from the same pools: mixing the two shows
 * nowhere but in the debug hooks. What is larger than a pool serves, and all of PyMem_Raw*, is malloc's, so that the wrong
 * function happens to do the right thing; not so where a free-threaded build has pools for those too. */
enum severity judge_severity(const struct finding *finding)
{
        enum { POOLED_BYTES = 512 };
        enum wire_family born = finding->family;
        enum wire_family released = judge_family(&finding->release, WIRE_FAMILY_NONE);
        bool born_python = born == WIRE_FAMILY_PYMEM || born == WIRE_FAMILY_PYOBJECT;
        bool released_python = released == WIRE_FAMILY_PYMEM || released == WIRE_FAMILY_PYOBJECT;
        bool born_malloc = born == WIRE_FAMILY_MALLOC || born == WIRE_FAMILY_PYMEM_RAW;
        bool released_malloc = released == WIRE_FAMILY_MALLOC || released == WIRE_FAMILY_PYMEM_RAW;
        if (finding->rule != RULE_UF101)
                return SEVERITY_HIGH;
        if (born_python && released_python)
                return SEVERITY_LOW;
        if (born_malloc && (released_python || (released_malloc && born != released)))
                return SEVERITY_MEDIUM;
        return born_python && released_malloc && finding->most_bytes > POOLED_BYTES ? SEVERITY_MEDIUM : SEVERITY_HIGH;
}

static bool begins_with(const char *name, const char *prefix) { return strncmp(name, prefix, strlen(prefix)) == 0; }

/* An extension's own initialization: what it allocates there is its module's state, which CPython releases late or
 * never, by design. */
static bool is_module_start(const struct named_frame *frame)
{
        const char *bang = strrchr(frame->key, '!');
        const char *function = bang ? bang + 1 : frame->key;
        const char *last = strrchr(function, '.');
        return begins_with(function, "PyInit_") || begins_with(function, "PyModule_ExecDef") ||
               begins_with(function, "PyModule_FromDefAndSpec") || begins_with(function, "__Pyx_modinit_") ||
               (frame->frame.language == LANGUAGE_CYTHON && last && strcmp(last, ".<module>") == 0);
}

/* An embedding program begins or ends the interpreter: what that leaves is as little the program's as what Python's own main
 * leaves. */
static bool is_interpreter_start(const struct named_frame *frame)
{
        const char *bang = strrchr(frame->key, '!');
        const char *function = bang ? bang + 1 : frame->key;
        return frame->marks & MARK_INTERPRETER &&
               (begins_with(function, "Py_Initialize") || begins_with(function, "Py_Finalize") ||
                begins_with(function, "Py_NewInterpreter") || begins_with(function, "Py_EndInterpreter"));
}

/* Is frame `i` in a module that is the program itself (cython --embed)? Then main() has it executed, where else an import
 * does. */
static bool is_called_by_main(const struct stack *stack, size_t i)
{
        for (i++; i < stack->n_frames; i++) {
                const struct named_frame *frame = stack->frames[i];
                const char *bang = strrchr(frame->key, '!');
                if (is_module_start(frame))
                        continue;
                if (frame->marks & MARK_OUTERMOST)
                        return bang && strcmp(bang, "!main") == 0;
                if (frame->marks & (MARK_INTERPRETER | MARK_NAMELESS) || frame->frame.language == LANGUAGE_PYTHON ||
                    (bang && (begins_with(bang, "!Py") || begins_with(bang, "!_Py"))))
                        return false;
        }
        return false;
}

static bool is_python_family(enum wire_family family)
{
        return family == WIRE_FAMILY_PYMEM || family == WIRE_FAMILY_PYOBJECT || family == WIRE_FAMILY_PYMEM_RAW;
}

/* Did the interpreter itself call malloc? What it asks on an extension's behalf goes through its own allocators, and what
 * it asks malloc for directly (the configuration of its start) is never the extension's to release. Nor is what
 * tracemalloc notes about an extension's block, which it takes from the raw domain. */
static bool is_interpreters_note(struct notes *notes, const struct site *site, const struct stack *stack)
{
        bool named = false;
        size_t first = 0;
        for (size_t i = 0; i < stack->n_frames; i++) {
                const struct named_frame *frame = stack->frames[i];
                if (frame->marks & (MARK_ALLOCATOR | MARK_WRAPPER | MARK_RUNTIME)) {
                        first = i + 1;
                        continue;
                }
                if (!(frame->marks & MARK_INTERPRETER))
                        return !named && i > first && site->family == WIRE_FAMILY_PYMEM_RAW && notes_may_be(notes, site);
                named |= !(frame->marks & MARK_NAMELESS);
                const char *bang = strrchr(frame->key, '!');
                if (site->family == WIRE_FAMILY_MALLOC || (bang && strcmp(bang, "!traceback_new") == 0))
                        return true;
        }
        return false;
}

/* A program that has the interpreter linked in: what the interpreter asks for itself has one place in the program and nothing
 * around it (shim/python/site.h), where the program's own calls have all their frames. */
static bool is_linked_interpreters(const struct process *process, const struct site *site, const struct stack *stack)
{
        if (process->python.shared || !stack->cut || !stack->n_frames || !is_python_family(site->family))
                return false;
        const char *program = process->exe ? process->exe : "";
        program = strrchr(program, '/') ? strrchr(program, '/') + 1 : program;
        for (size_t i = 0; i < stack->n_frames; i++) {
                const struct named_frame *frame = stack->frames[i];
                size_t n = strcspn(frame->key, "!");
                if (frame->marks & MARK_EVALUATION || strncmp(frame->key, program, n) != 0 || program[n] != 0)
                        return false;
        }
        return true;
}

/* Is the block the interpreter's, or a module's that was being imported? Then whoever wrote the program cannot do
 * anything about it. The innermost native frame that is neither allocator nor runtime decides: an extension that
 * stands between the interpreter's evaluation and the allocation owns the block. */
static bool is_interpreters(const struct process *process, struct notes *notes, const struct site *site,
                            const struct stack *stack)
{
        if (!process->python.seen)
                return false;
        if (is_interpreters_note(notes, site, stack) || is_linked_interpreters(process, site, stack))
                return true;
        bool extension = false, interpreter = false, python = false, import = false;
        for (size_t i = 0; i < stack->n_frames; i++) {
                const struct named_frame *frame = stack->frames[i];
                bool is_python = frame->frame.language == LANGUAGE_PYTHON || frame->marks & MARK_EVALUATION;
                import |= marks_is_import(&frame->frame);
                python |= is_python;
                if (is_python || frame->marks & (MARK_ALLOCATOR | MARK_WRAPPER | MARK_RUNTIME))
                        continue;
                if (frame->marks & MARK_INTERPRETER)
                        interpreter = true;
                else if (!python)
                        extension = true;
                bool is_start = is_interpreter_start(frame) || (is_module_start(frame) && !is_called_by_main(stack, i));
                if (!python && is_start)
                        return true;
        }
        if (!extension)
                return interpreter || is_python_family(site->family);
        return import && is_python_family(site->family);
}

struct judgement judge_site(const struct process *process, struct notes *notes, const struct site *site,
                            const struct stack *stack)
{
        switch (site->verdict) {
        case WIRE_VERDICT_REACHABLE:
        case WIRE_VERDICT_IGNORED:
        case WIRE_VERDICT_RUNTIME:
                return (struct judgement){RULE_UF003, site->verdict};
        default:
                break;
        }
        if (marks_is_runtime_cache(stack) || marks_is_allocators_own(stack, process->allocator) ||
            is_interpreters(process, notes, site, stack))
                return (struct judgement){RULE_UF003, WIRE_VERDICT_RUNTIME};
        switch (site->verdict) {
        case WIRE_VERDICT_POSSIBLE:
                return (struct judgement){RULE_UF002, site->verdict};
        case WIRE_VERDICT_INDIRECT:
        case WIRE_VERDICT_DEFINITE:
                return (struct judgement){RULE_UF001, site->verdict};
        default:
                return (struct judgement){RULE_UF004, WIRE_VERDICT_UNCLASSIFIED};
        }
}
