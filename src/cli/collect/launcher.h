/* The script that stands before an interpreter
 *
 * pyenv and asdf put scripts called python3 into a folder `shims` of PATH, which choose an installation and become it.
 * Whoever runs `unfreed python3` means that interpreter, not the shells on the way, which have leaks of their own.
 */
#ifndef UNFREED_CLI_COLLECT_LAUNCHER_H
#define UNFREED_CLI_COLLECT_LAUNCHER_H

/* When argv[0] is such a script for a Python: replace it by the interpreter that it becomes, and our environment by the
 * one that it gives it, both as told by that interpreter itself. Else, and when it does not answer, nothing changes.
 * What is put in place stays for good. Call it while there is one thread. */
void launcher_pass(char **argv);

#endif
