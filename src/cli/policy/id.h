/* The id of a site, byte for byte
 *
 * Baselines, suppressions and dashboards keep ids for years, so this text is the definition and the code follows it.
 *
 *      names   = the keys of the stack's frames (see name.h), from the allocation outwards, without frames that are an
 *                allocator or a wrapper of one, without evaluation frames, without frames of a runtime (libc, ld.so,
 *                libstdc++ and the like) that the same module calls, and, where the stack has any frame of Python
 *                or Cython code or of a module that is not the interpreter, without the interpreter's; of what is left
 *                the first 5. When nothing is left, the first 5 keys of the whole stack.
 *      text    = "unfreed id 1\n" group "\n" family "\n" { name "\n" }
 *      id      = the first 16 hexadecimal digits, lower case, of XXH3-128 (seed 0) over text, in its canonical
 *                (big-endian) order
 *      loose   = the same over "unfreed loose id 1\n" group "\n" family "\n" { function "\n" }, where the functions are
 *                the parts after "!" of the first 2 names (of main, <module>, _start and start_thread the whole name): a
 *                site that moved to another file or module keeps it
 *
 * `group` is leak, mismatch, double, invalid, gil or size; `family` is that of the block as JSON has it ("malloc",
 * "new[]" ...), "none" where there is no block. The stack is that of the allocation; of the release where no allocation
 * is known. An id is weak when one of its names is an offset instead of a function (or "!": code that no file holds, and
 * that may be anywhere in the next run), or when the stack ended before 5 names were found because its outer part is
 * missing.
 */
#ifndef UNFREED_CLI_POLICY_ID_H
#define UNFREED_CLI_POLICY_ID_H

#include "cli/policy/finding.h"

enum { ID_NAMES = 5, ID_LOOSE_NAMES = 2, ID_TEXT_BYTES = 17 };

/* The names that the id of `stack` is made of. Returns how many; *ret_weak as above. */
size_t id_names(const struct stack *stack, const char *ret_names[ID_NAMES], bool *ret_weak);

void id_make(const char *group, const char *family, const char *const *names, size_t n, char ret_id[ID_TEXT_BYTES]);
void id_make_loose(const char *group, const char *family, const char *const *names, size_t n,
                   char ret_id[ID_TEXT_BYTES]);

#endif
