/* What can be set through UNFREED_OPTIONS
 *
 * One table for both houses: the shim parses it, the CLI's --help, man page and completions print it. The grammar is
 * that of the sanitizers (compiler-rt sanitizer_flag_parser): key=value, separated by space, comma, colon, newline or
 * tab, values may be quoted with ' or "; an unknown key is a warning. Keys that the sanitizers have mean what they
 * mean there.
 */
#ifndef UNFREED_WIRE_OPTION_H
#define UNFREED_WIRE_OPTION_H

/* type (BOOL, INT, SIZE, TEXT), key, default, least, most, help */
#define WIRE_OPTIONS(X)                                                                                                \
        X(INT, malloc_context_size, 0, 0, 65535, "frames kept of each stack; 0 = all")                                 \
        X(INT, exitcode, 0, 0, 255, "exit status on gating findings when there is no runner; 0 = leave it alone")      \
        X(TEXT, log_path, "", 0, 0, "where the report goes without a runner: a path (.PID is appended), stdout, stderr") \
        X(TEXT, suppressions, "", 0, 0, "suppression file, read by the reporter")                                      \
        X(BOOL, print_suppressions, 1, 0, 1, "say what was suppressed")                                                \
        X(TEXT, color, "auto", 0, 0, "auto, always or never")                                                          \
        X(INT, verbosity, 0, 0, 2, "1: say what recording cost and dropped; 2: more")                                  \
        X(BOOL, detect_leaks, 1, 0, 1, "judge and report blocks that were never released")                             \
        X(BOOL, abort_on_error, 0, 0, 1, "abort() at the first wrong release")                                         \
        X(SIZE, quarantine_size, 65536, 0, 1073741824, "bytes of released small blocks held back, so that a second release can be told from the first") \
        X(BOOL, release_stacks, 1, 0, 1, "remember where blocks were released")                                        \
        X(INT, judge_ms, 60000, 0, 86400000, "time budget of the judgement at exit, milliseconds; past it the rest is unclassified") \
        X(BOOL, children, 1, 0, 1, "follow child processes")                                                           \
        X(BOOL, pyobject, 1, 0, 1, "track PyObject_* blocks of CPython")                                               \
        X(BOOL, python_objects, 0, 0, 1, "record stacks for PyObject_* blocks too")                                    \
        X(TEXT, fail, "", 0, 0, "fault injection: ENTRY:SIZE>=BYTES, nth:N or rate:P:SEED")                            \
        X(TEXT, snapshot_every, "", 0, 0, "the runner keeps a snapshot of each living process this often: a number with s, m or h") \
        X(SIZE, snapshot_growth, 0, 0, 1099511627776, "the runner keeps one only when a process has grown by so many bytes since the last") \
        X(TEXT, snapshot_path, "unfreed-%e-%p-%n.snapshot", 0, 0, "where the runner keeps them: a pattern, as of -o")   \
        X(INT, snapshot_signal, 0, 0, 64, "signal by which a snapshot may ask this process to judge a copy of itself; 0 = none") \
        X(BOOL, log, 0, 0, 1, "hand every allocation and release to the runner, which must want them: set by --log")   \
        X(SIZE, sample, 0, 0, 1099511627776, "look at one block in so many bytes allocated, at random; 0 = at every block") \
        X(SIZE, sample_seed, 0, 0, 9223372036854775807, "of the random choice, so that it can be repeated; 0 = another one each time") \
        X(INT, self_check, 0, 0, 2, "2: compare every stack with _Unwind_Backtrace (slow)")                            \
        X(BOOL, help, 0, 0, 1, "print this table at start")

#define WIRE_OPTIONS_ENV "UNFREED_OPTIONS"

#endif
