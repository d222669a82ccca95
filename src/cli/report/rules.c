/* What each rule means: see rules.h */
#include "cli/report/rules.h"

static const struct rule_text texts[RULE_END] = {
        [RULE_UF001] = { "Memory leak",
                         "A heap block was never released and nothing points to it any more.",
                         "Release the block on every path, or hand it to something that will. Where the report says that more "
                         "blocks are reachable only through it, release those with it.",
                         "error", "very-high", { "401" } },
        [RULE_UF002] = { "Possible memory leak",
                         "A heap block was never released, and only a pointer into its middle is left.",
                         "If the inner pointer is how the program keeps the block, this is no leak; otherwise release it.",
                         "warning", "medium", { "401" } },
        [RULE_UF003] = { "Memory still reachable at exit",
                         "A heap block was not released but is still held when the program ends.",
                         "This is usually harmless. Release it when the program must end with an empty heap.",
                         "note", "high", { NULL } },
        [RULE_UF004] = { "Memory alive in a process that was not judged",
                         "A heap block was alive when its process was killed, replaced or looked at, so that nobody could tell "
                         "whether it was lost.",
                         "Let the program end by itself to have its blocks judged.",
                         "note", "medium", { NULL } },
        [RULE_UF101] = { "Memory released with the wrong function",
                         "A block of one allocation family was given to the release function of another.",
                         "Release with the function that belongs to the allocation: free for malloc, delete for new, delete[] for "
                         "new[], PyMem_Free for PyMem_Malloc, PyObject_Free for PyObject_Malloc, PyMem_RawFree for PyMem_RawMalloc.",
                         "error", "very-high", { "762" } },
        [RULE_UF102] = { "Memory released twice",
                         "A block was released again after it had been released.",
                         "Let one owner release the block, and forget the pointer there.",
                         "error", "very-high", { "415" } },
        [RULE_UF103] = { "Release of something that is no heap block",
                         "A release function was given an address that is not the start of a live block.",
                         "Release the address that the allocation returned, unchanged.",
                         "error", "very-high", { "590", "761" } },
        [RULE_UF104] = { "Python memory function called without the GIL",
                         "PyMem_* or PyObject_* was called by a thread that does not hold the interpreter's lock.",
                         "Take the GIL (PyGILState_Ensure, or Cython's `with gil`), or use PyMem_RawMalloc and PyMem_RawFree.",
                         "error", "high", { "667" } },
        [RULE_UF105] = { "Memory released with the wrong size or alignment",
                         "A sized or aligned release was told another size or alignment than the block was allocated with.",
                         "Often an object was deleted through a pointer to a base class without a virtual destructor.",
                         "error", "very-high", { "131" } },
};

const struct rule_text *rule_text(enum rule rule) { return &texts[rule]; }
