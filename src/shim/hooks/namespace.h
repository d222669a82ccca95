/* Before this process goes into another namespace, where our runner's names may mean nothing */
#ifndef UNFREED_SHIM_HOOKS_NAMESPACE_H
#define UNFREED_SHIM_HOOKS_NAMESPACE_H

/* Keeps errno. */
void namespace_leave(void);

#endif
