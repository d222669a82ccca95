/* What the man pages say beyond the tables: one text for each verb, and the languages of the files that people write
 *
 * Plain text: an empty line ends a paragraph, a line that begins with a blank stands as it is. A text names no option
 * that its verb does not take; a test sees to it.
 */
#include "cli/command/help.h"

static const char run[] =
        "Runs a dynamically linked glibc program, unchanged, and reports with full stacks which heap blocks it never "
        "released "
        "and which it released wrongly, in it and in all processes that it starts. The program's own output, status "
        "and results "
        "are those of a plain run; the report follows on stderr when the program has ended.\n\n"
        "A block is lost when nothing points to it any more, or only blocks that are lost themselves. What is lost and "
        "what was "
        "released wrongly gates: the status becomes 23. What is still held at the end, or only possibly lost, is shown "
        "or counted "
        "and does not gate, unless --gate asks for it.\n\n"
        "With --log the capture named there also has every allocation and release, for the metrics of the report. The "
        "program waits for the runner a tenth of a second at most; then events are dropped, counted, and said to be. "
        "At --log-max, or when the disk is full, the log ends and the program goes on; what it has until then can be reported.\n\n"
        "With --sample one block in so many bytes is looked at, chosen at random. Bytes and blocks are then estimates "
        "and said to be; wrong releases are found only of blocks that were looked at. What is called lost is lost, but "
        "what is called held may be held by a lost block that was not looked at.\n\n"
        "Without the runner, LD_PRELOAD=libunfreed.so makes the program report about itself when it ends.\n";

static const char report[] = "Reports what captures hold, as the run would have done: a capture carries the names of "
                             "its functions and lines, so that "
                             "neither the programs nor their sources are needed (lines of source are shown where they "
                             "can be read). Several captures are "
                             "reported as one. The status is 0, unless an option that is about gating was given.\n\n"
                             "A log (made by a run with its option of that name) can also be reported by what was "
                             "alive at its peak, what was "
                             "allocated in all, and so on, for text, folded, pprof, speedscope and html:\n\n"
                             " leaked     what was never released (any capture; the usual report)\n"
                             " peak       what was alive when each process had most bytes\n"
                             " total      all that was allocated, by bytes\n"
                             " count      the same, by number of allocations\n"
                             " temporary  what was released before its thread was given another block\n"
                             " lifetime   how long blocks lived; profiles count microseconds, all blocks together\n\n"
                             "The order between threads is known to about a millisecond, and so is a peak to which "
                             "several contribute at the same time.\n";

static const char diff[] = "Compares the findings of two captures by their ids: what is new, what grew, what moved to "
                           "another module, what shrank and "
                           "what is gone; then the new and grown ones with their stacks. The status is 0, unless "
                           "--error-exitcode or --gate was given "
                           "and something that gates is new or grew.\n";

static const char merge[] =
        "Puts captures together: of the shards of a test run, the ranks of a job, many hosts. The order of merging "
        "makes no "
        "difference to what is reported. Each process keeps its labels: its host, and what its environment said of its "
        "rank "
        "(OMPI_COMM_WORLD_RANK, PMI_RANK, SLURM_PROCID ...), shard (TEST_SHARD_INDEX, CI_NODE_INDEX ...) or worker "
        "(PYTEST_XDIST_WORKER).\n";

static const char baseline[] =
        "Keeps a file of sites that are known and do not fail the gate. CAPTURE are runs of which the file is to "
        "speak, "
        "together.\n\n"
        " init    write a new file with every site that gates; never overwrites one\n"
        " check   report what the file does not know; status 23 if there is anything\n"
        " update  add what is new, remove what is gone, take all numbers as they are\n"
        " prune   remove what is gone, take numbers that went down; adds nothing\n\n"
        "update and prune print each change: + for a line that is new, - for one that went, ~ for one that says "
        "something "
        "else now.\n\n"
        "The file has one line for each id, sorted, so that branches which add different sites merge:\n\n"
        " ID loose=ID kind=KIND blocks=N bytes=N [places=N] at=MODULE!FUNCTION\n"
        "    [expires=YYYY-MM-DD] [# reason]\n\n"
        "An id does not change with addresses, lines, sizes, counts, hosts or checkouts; the loose one knows a site "
        "that moved to "
        "another module. After its day of expiry (in UTC) an entry excuses nothing. Lines that begin with # are "
        "comments and "
        "stay in front of the line that follows them. --ratchet lets known sites gate that grew: sites by another "
        "place in the source with the same id, blocks and bytes by these.\n";

static const char snapshot[] =
        "Looks at a process that runs under unfreed, or with libunfreed.so preloaded, without stopping it. Nothing is "
        "judged: what it shows is not yet released. Two snapshots, kept and compared by the verb for that, name what "
        "grows; with --watch one follows the other.\n\n"
        "With --classify the process judges a copy of itself, and stands still only while the copy is made: some tens "
        "of milliseconds with a million live blocks. It must have been started with the setting snapshot_signal in UNFREED_OPTIONS.\n";

static const char top[] = "Shows again and again which sites of a running process hold most and grow most between two "
                          "readings. On a terminal the "
                          "screen is drawn anew, elsewhere the readings follow each other.\n";

static const char doctor[] =
        "Says of a program, or of a process, whether unfreed can look into it and what it would not see: a static "
        "binary, another C "
        "library, a setuid program, a sanitizer, an allocator that is linked statically; and of a process what it has "
        "done past us, as a library does that it opened with RTLD_DEEPBIND and by its name alone.\n";

static const char help[] = "Prints what this page says, shorter; a man page or the completions of a shell with --as.\n";

static const char suppressions[] = "Three languages, which may stand in one file. LeakSanitizer's and Valgrind's files "
                                   "are read as they are; blocks about "
                                   "other errors are read over. One's own has one rule a line:\n\n"
                                   " KIND:PATTERN [bytes<=N] [expires=YYYY-MM-DD]\n\n"
                                   "KIND is leak, possible, reachable, unclassified, mismatch, double, invalid, gil or "
                                   "size, and PATTERN is looked for in the "
                                   "function, source file and module of every frame (* stands for anything, ^ and $ "
                                   "for the ends); or py, where it is "
                                   "looked for in Python frames only; or module, where it is a glob over the module "
                                   "whose block it is. Comments begin with "
                                   "#. What is suppressed is always counted.\n";

const char *manual_of(unsigned verb)
{
        switch (verb) {
#define X(id, name, operands, what)                                                                                    \
        case ON_##id:                                                                                                  \
                return name;
                CLI_VERBS(X)
#undef X
        default:
                return "";
        }
}

const char *manual_of_suppressions(void) { return suppressions; }
