/* A finding: what is shown, counted and gated
 *
 * policy/ turns processes into findings: names the stacks, makes the ids, merges what has the same id, suppresses,
 * compares with a baseline, decides what gates. report/ prints findings and decides nothing.
 */
#ifndef UNFREED_CLI_POLICY_FINDING_H
#define UNFREED_CLI_POLICY_FINDING_H

#include "cli/capture/model.h"
#include "cli/symbol/symbol.h"

/* id, name in JSON, kind group of the id, default gate */
#define FINDING_RULES(X)                                                                                               \
        X(UF001, "leak", "leak", true)                                                                                 \
        X(UF002, "possible-leak", "leak", false)                                                                       \
        X(UF003, "reachable", "leak", false)                                                                           \
        X(UF004, "unclassified", "leak", false)                                                                        \
        X(UF101, "mismatched-release", "mismatch", true)                                                               \
        X(UF102, "double-release", "double", true)                                                                     \
        X(UF103, "invalid-release", "invalid", true)                                                                   \
        X(UF104, "no-gil", "gil", true)                                                                                \
        X(UF105, "size-mismatch", "size", true)

enum rule {
#define X(id, name, group, gate) RULE_##id,
        FINDING_RULES(X)
#undef X
        RULE_END,
};

/* What a frame is to the reader of a report; see marks.c. */
enum frame_mark {
        MARK_ALLOCATOR = 1 << 0,   /* malloc, operator new ... by whatever module */
        MARK_WRAPPER = 1 << 1,     /* hands on what an allocator gave: strdup, std::allocator, xmalloc */
        MARK_INTERPRETER = 1 << 2, /* inside CPython, or its import system */
        MARK_RUNTIME = 1 << 3,     /* inside libc, ld.so, libstdc++ ... */
        MARK_EVALUATION = 1 << 4,  /* runs Python code: stands for Python frames */
        MARK_OUTERMOST = 1 << 5,   /* main, a thread's start: what is outside it says nothing about the program */
        MARK_NAMELESS = 1 << 6,    /* no function name: `key` has an offset instead */
        MARK_GLUE = 1 << 7,        /* inside libffi, ctypes or cffi */
};

struct named_frame {
        struct frame frame;
        const char *key; /* normalized "module!function": what ids are made of, see name.h; never NULL */
        unsigned marks;
};

struct stack {
        const struct named_frame **frames; /* innermost first, from the caller of the entry point outwards */
        size_t n_frames;
        enum wire_entry entry; /* what the program called; WIRE_ENTRY_NONE = not known */
        unsigned align_log2;
        /* The entry is an operator new that the program brought along, in code without line numbers: perhaps libstdc++'s,
         * whose operator new[] jumps into its operator new and leaves no frame. */
        bool entry_may_be_array;
        bool cut;        /* frames at the outer end are missing */
        bool unrecorded; /* ... because nobody wanted them (--depth): the walk could have gone on */
};

/* Of a finding's blocks, how many are Python objects of one type. */
struct type_count {
        const char *name;
        uint64_t blocks, bytes;
};

/* How bad a wrong release is, by what it does. Findings of other rules are all alike. */
#define FINDING_SEVERITIES(X)                                                                                          \
        X(HIGH, "high")     /* corrupts memory, or ends the program, somewhere */                                      \
        X(MEDIUM, "medium") /* goes well until CPython is built without the GIL */                                     \
        X(LOW, "low")       /* goes well in every build; only CPython's own debug hooks object */

enum severity {
#define X(id, name) SEVERITY_##id,
        FINDING_SEVERITIES(X)
#undef X
};

struct finding {
        char id[17];    /* 16 hex digits; see id.h */
        char loose[17]; /* the id that a moved site keeps; see id.h */
        bool weak;   /* a name was missing: the id may change when names can be had */
        enum rule rule;
        enum wire_verdict class; /* leaks: DEFINITE, INDIRECT, ... */
        enum wire_family family; /* of the block */
        uint64_t bytes, blocks;
        uint64_t least_bytes, most_bytes;
        uint64_t weight; /* of a leak, in its rule's order and in profiles: bytes, or what --metric counts */
        uint64_t heaviest; /* of what was taken together here, the one whose stack this is */
        uint64_t taken_blocks; /* with sampling: what `blocks` and `bytes` are estimated from; 0 = they are counted */
        uint64_t lived_us, longest_us; /* of a log: see struct site */
        uint64_t indirect_bytes, indirect_blocks; /* lost through blocks of this finding, wherever they were born */
        uint64_t held_bytes, held_blocks; /* of these: held by another lost block; the others are held by nothing */
        uint64_t count; /* wrong releases: occurrences */
        struct stack stack;         /* birth; n_frames 0 = not known */
        struct stack release;       /* wrong releases */
        struct stack first_release; /* UF102 */
        const struct wire_wrong *wrong; /* wrong releases: the first occurrence, else NULL */
        const struct process *wrong_process; /* whose it is */
        const struct wire_holder *holder; /* reachable or possibly lost: who holds it, or NULL */
        const struct process *holder_process;
        const char *holder_name; /* see holders_name(); NULL = nobody asked, or not known */
        const struct process **processes; /* each pid once, as the first of its images that was met */
        size_t n_processes;
        bool gating;
        enum severity severity;
        const struct type_count *types; /* leaks of Python objects: most blocks first; names differ */
        size_t n_types;
        const char *suppressed_by; /* the rule's text, or NULL */
        const char *baseline;      /* "new", "known", "moved", "grown"; NULL = no baseline asked */
        const char *owner;         /* name of the module whose block it is: see owner.h; never NULL */
};

/* A rule of a suppression file and what it did. */
struct suppression_use {
        const char *text; /* as written */
        const char *file;
        int line;
        bool is_foreign; /* for errors that we do not look for: can never be used */
        uint64_t findings, blocks, bytes;
};

struct store;

struct findings {
        struct store *store;   /* owns all below */
        struct finding *all; /* worst first */
        size_t n;
        const struct suppression_use *suppressions; /* all rules, in the order of the files */
        size_t n_suppressions;
        const char *const *gone; /* ids that only the baseline has */
        size_t n_gone;
        uint64_t leaked_bytes, leaked_blocks, possible_bytes, possible_blocks, reachable_bytes, reachable_blocks;
        uint64_t unclassified_bytes, unclassified_blocks;
        uint64_t suppressed_bytes, suppressed_blocks;
        size_t n_leaked_sites; /* ids of what leaked; the findings may be more, see make.c */
        size_t n_gating, n_suppressed, n_wrong;
        size_t n_of_others; /* would gate, but for --only-module */
        int exit_status; /* what the runner will exit with */
};

#endif
