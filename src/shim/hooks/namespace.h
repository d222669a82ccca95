/* Before a process goes into another namespace, where our runner's names may mean nothing */
#ifndef UNFREED_SHIM_HOOKS_NAMESPACE_H
#define UNFREED_SHIM_HOOKS_NAMESPACE_H

/* The program is about to make this system call, of which `first` is the first argument. Keeps errno. */
void namespace_called(long number, long first);

#endif
