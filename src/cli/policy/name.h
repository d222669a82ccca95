/* Names that stay the same
 *
 * An id must survive another compiler, another optimization level, another version of a library and another checkout.
 * So what goes into it is not what is shown, but a name from which all that changes for no reason has been taken:
 *
 *      function   parameters, template arguments, return type, cv and ref qualifiers, ABI tags, inline namespaces
 *                 (__cxx11, __1), clone suffixes (.isra.0, .part.1, .constprop.0, .cold ...), Rust's ::h0123456789abcdef.
 *                 Lambdas are numbered from 1 for every compiler: {lambda#1}.
 *      module     directory, everything from ".so" on, a version or a hash before it (libc-2.31, libfoo-1a2b3c4d), the
 *                 ABI tag of a Python extension (.cpython-311-x86_64-linux-gnu, .abi3)
 *      Python     the path of the file, relative to where modules are imported from
 */
#ifndef UNFREED_CLI_POLICY_NAME_H
#define UNFREED_CLI_POLICY_NAME_H

#include <stddef.h>

/* Each writes at most `max` bytes with the NUL and returns the length. Names that are longer are cut. */
size_t name_function(const char *function, char *ret, size_t max);
size_t name_module(const char *module, char *ret, size_t max);

/* The part of `path` that is relative to the source root. Roots, the first that is there wins: what follows
 * site-packages/ or dist-packages/; what follows lib/pythonX.Y/; `root`; `script_dir`, the directory of the script that is
 * being run. Else the last two components. Roots may be NULL. Points into `path`. */
const char *name_python_path(const char *path, const char *root, const char *script_dir);

#endif
