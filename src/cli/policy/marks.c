/* What a frame is to the reader of a report
 *
 * A stack goes through code that has nothing to do with the leak: the allocator, what wraps it, the interpreter, the
 * start of the program. Which is which is told by names alone, so everything here is a table. A row that is missing
 * makes a report longer, or an id depend on a detail; a row too many hides the program's own code. So: only names
 * that cannot reasonably be a program's own, and wrappers only where the wrapper is never itself at fault.
 */
#include "cli/policy/marks.h"

#include "cli/policy/name.h"

#include <ctype.h>
#include <string.h>

enum wire_entry marks_entry(const char *function)
{
        static const char *const names[] = {
                "",
#define X(id, name, family, role) name,
                WIRE_ENTRIES(X)
#undef X
        };
        for (int entry = 1; entry < WIRE_ENTRY_END; entry++)
                if (strcmp(names[entry], function) == 0)
                        return (enum wire_entry)entry;
        /* A mangled name that no demangler saw. The first letters are all that the families differ in. */
        static const struct {
                const char *prefix;
                enum wire_entry entry;
        } mangled[] = { { "_Znw", WIRE_ENTRY_NEW },
                        { "_Zna", WIRE_ENTRY_NEW_ARRAY },
                        { "_Zdl", WIRE_ENTRY_DELETE },
                        { "_Zda", WIRE_ENTRY_DELETE_ARRAY } };
        for (size_t i = 0; i < sizeof mangled / sizeof *mangled; i++)
                if (strncmp(function, mangled[i].prefix, 4) == 0)
                        return mangled[i].entry;
        return WIRE_ENTRY_NONE;
}

static bool is_among(const char *name, const char *const *names)
{
        for (; *names; names++)
                if (strcmp(name, *names) == 0)
                        return true;
        return false;
}

static bool begins_with(const char *name, const char *prefix) { return strncmp(name, prefix, strlen(prefix)) == 0; }

static bool begins_with_any(const char *name, const char *const *prefixes)
{
        for (; *prefixes; prefixes++)
                if (begins_with(name, *prefixes))
                        return true;
        return false;
}

/* Return a block that the caller owns, and do nothing else with it. All of the C++ and Rust standard libraries counts as
 * that: how many frames of it stand in a stack depends on the library's version and on what was inlined, and nobody can
 * mend a leak there. */
static bool is_wrapper(const char *function)
{
        static const char *const names[] = {
                "strdup", "__strdup", "strndup", "__strndup", "wcsdup", "__wcsdup", "asprintf", "__asprintf",
                "__asprintf_chk", "vasprintf", "__vasprintf_internal", "__vasprintf_chk", "xmalloc", "xcalloc", "xrealloc",
                "xstrdup", "xstrndup", "xmemdup", "xzalloc", "xmallocz", "do_xmalloc", "g_malloc", "g_malloc0",
                "g_malloc_n", "g_malloc0_n", "g_realloc", "g_realloc_n", "g_try_malloc", "g_try_malloc0", "g_try_realloc",
                "g_strdup", "g_strndup", "g_memdup", "g_memdup2", "g_slice_alloc", "g_slice_alloc0", "__rust_alloc",
                "__rust_alloc_zeroed", "__rust_realloc", "__rdl_alloc", "__rdl_alloc_zeroed", "__rdl_realloc", "__rg_alloc",
                NULL,
        };
        static const char *const prefixes[] = { "std::", "__gnu_cxx::", "core::", "alloc::", "<std::", "<core::", "<alloc::",
                                                NULL };
        return is_among(function, names) || begins_with_any(function, prefixes);
}

/* python, python3, python3.11, python3.13t, pypy3; libpython3.11. */
static bool is_interpreter(const char *module)
{
        static const char *const prefixes[] = { "python", "libpython", "pypy", "libpypy", NULL };
        for (const char *const *prefix = prefixes; *prefix; prefix++)
                if (begins_with(module, *prefix)) {
                        const char *tail = module + strlen(*prefix);
                        tail += strspn(tail, "0123456789.");
                        return tail[strspn(tail, "mdtu-c")] == 0; /* m, d, t, u: ABI flags; -c: pypy's library */
                }
        return false;
}

static bool is_runtime(const char *module)
{
        static const char *const names[] = { "libc",      "ld-linux-x86-64", "ld-linux-aarch64", "ld",    "libstdc++",
                                             "libgcc_s",  "libc++",          "libc++abi",        "libm",  "libpthread",
                                             "libdl",     "librt",           "[vdso]",           "libunwind", NULL };
        return is_among(module, names);
}

/* Where the program's own code begins. */
static bool is_outermost(const char *function)
{
        static const char *const names[] = { "main", "start_thread", "__libc_start_main", "__libc_start_call_main",
                                             "__libc_start_main_impl", "_start", "__clone", "__clone3", "clone",
                                             "clone3", "thread_start", NULL };
        return is_among(function, names);
}

bool marks_is_import(const struct frame *frame)
{
        return frame->language == LANGUAGE_PYTHON && frame->file && strstr(frame->file, "<frozen importlib._bootstrap");
}

/* What takes a call from Python to a function of C that Python code names: whose call it was, its callers tell. */
static bool is_glue(const char *module)
{
        static const char *const names[] = { "_ctypes", "_cffi_backend", "libffi", NULL };
        return is_among(module, names);
}

unsigned marks_of(const char *function, const char *module, bool is_library)
{
        unsigned marks = 0;
        if (is_interpreter(module))
                marks |= MARK_INTERPRETER;
        if (is_library && is_runtime(module)) /* a program may be called `ld` */
                marks |= MARK_RUNTIME;
        if (is_glue(module))
                marks |= MARK_GLUE;
        if (!*function)
                return marks | MARK_NAMELESS;
        if (marks_entry(function) != WIRE_ENTRY_NONE)
                marks |= MARK_ALLOCATOR;
        if (is_wrapper(function))
                marks |= MARK_WRAPPER;
        if (is_outermost(function))
                marks |= MARK_OUTERMOST;
        /* 3.14 may be built with one function for each instruction, each calling the next as a tail. */
        if (begins_with(function, "_PyEval_EvalFrameDefault") || begins_with(function, "_TAIL_CALL_"))
                marks |= MARK_EVALUATION;
        return marks;
}

/* What the C and C++ libraries keep until the process ends. None of it can be released by the program, so that
 * calling it leaked would be false; all of it is held by the library's own data. */
static bool is_cache_function(const char *function)
{
        static const char *const names[] = {
                "_IO_file_doallocate", "_IO_wfile_doallocate", "_IO_default_doallocate", /* buffers of stdio streams */
                "setlocale", "new_composite_name", "bindtextdomain", "textdomain", "set_binding_values", /* the locale */
                "__new_exitfn", "__cxa_thread_atexit_impl", /* lists of what is to be done at exit */
                "__libc_dlerror_result_free", "_dlerror_run", /* the last error of dlopen */
                "tzset_internal", "__tzfile_read", "__tzstring_len", "__tzstring", /* the time zone */
                "__add_to_environ", "putenv", /* environ */
                "__resolv_conf_allocate", "__resolv_conf_load", "__resolv_context_get", "context_alloc", /* resolver */
                "allocate_dtv", "allocate_dtv_entry", "_dl_allocate_tls", "_dl_resize_dtv", "__tls_get_addr",
                "tls_get_addr_tail", /* thread-local storage of threads that run or are kept for the next */
                "getpwnam", "getpwuid", "getgrnam", "getgrgid", "gethostbyname", "getservbyname", /* their static answers */
                "emergency_pool", "__gnu_cxx::__freeres", /* memory for exceptions when there is none */
                "__register_frame", "init_dwarf_reg_size_table", /* the unwinder */
                NULL,
        };
        static const char *const prefixes[] = {
                "_nl_",   /* locale data and message catalogues */
                "__nss_", "nss_", /* name service modules and their configuration */
                "_GLOBAL__sub_I_eh_alloc", "(anonymous namespace)::pool::pool", /* libstdc++'s emergency pool */
                NULL,
        };
        return is_among(function, names) || begins_with_any(function, prefixes);
}

static const char *key_function(const struct named_frame *frame, size_t *ret_module_bytes)
{
        const char *bang = strchr(frame->key, '!');
        *ret_module_bytes = bang ? (size_t)(bang - frame->key) : 0;
        return bang ? bang + 1 : frame->key;
}

/* Character set conversions: libc's, too, but for those that the program opened. */
static bool is_conversion(const char *function)
{
        static const char *const prefixes[] = { "__gconv", "gconv_", NULL };
        return begins_with_any(function, prefixes);
}

/* Was it iconv_open() that asked for the conversion? Then iconv_close() is for its steps, and nobody holds those whose
 * descriptor is lost: what libc keeps of conversions is held, and not called lost in the first place. */
static bool is_opened_conversion(const struct stack *stack)
{
        for (size_t i = 0; i < stack->n_frames && stack->frames[i]->marks & MARK_RUNTIME; i++) {
                size_t module_bytes;
                if (strcmp(key_function(stack->frames[i], &module_bytes), "iconv_open") == 0)
                        return true;
        }
        return false;
}

bool marks_is_runtime_cache(const struct stack *stack)
{
        for (size_t i = 0; i < stack->n_frames && i < 6; i++) {
                const struct named_frame *frame = stack->frames[i];
                if (!(frame->marks & MARK_RUNTIME)) /* from here on it is somebody else's */
                        return false;
                size_t module_bytes;
                const char *function = key_function(frame, &module_bytes);
                bool in_loader = begins_with(frame->key, "ld-linux") || begins_with(frame->key, "ld!");
                /* ld.so's own records: of modules, search paths, versions, scopes. A library's constructor is called by
                 * ld.so too, but then that library is the innermost. */
                if (i == 0 && in_loader)
                        return true;
                /* A constructor of libstdc++ (its names are stripped in most distributions). */
                if (i == 1 && in_loader && begins_with(stack->frames[0]->key, "libstdc++!"))
                        return true;
                if (is_cache_function(function) || (is_conversion(function) && !is_opened_conversion(stack)))
                        return true;
        }
        return false;
}

/* What another allocator makes for itself, through the doors like anybody: when it is loaded, or in the middle of what it
 * was asked for. A program's own blocks have frames of the program within those of the allocator's functions; what it has
 * from the library's other functions (a std::string of statistics) has them outside, with no allocation function between. */
bool marks_is_allocators_own(const struct stack *stack, const char *allocator)
{
        static const char *const prefixes[] = { "libjemalloc", "libmimalloc", "libtcmalloc", NULL };
        char module[256];
        const char *slash = allocator ? strrchr(allocator, '/') : NULL, *name = slash ? slash + 1 : allocator;
        if (!name || !begins_with_any(name, prefixes))
                return false;
        size_t length = name_module(name, module, sizeof module);
        bool any = false;
        for (size_t i = 0; i < stack->n_frames; i++) {
                const struct named_frame *frame = stack->frames[i];
                size_t module_bytes;
                key_function(frame, &module_bytes);
                if (module_bytes == length && strncmp(frame->key, module, length) == 0) {
                        any = true;
                        if (frame->marks & MARK_ALLOCATOR)
                                return true;
                } else if (!(frame->marks & MARK_RUNTIME)) {
                        return false;
                }
        }
        return any;
}
