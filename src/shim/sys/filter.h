/* Seccomp filters that the program gives itself
 *
 * A filter may kill for a system call that the program never makes and we do: sshd's child before authentication,
 * chronyd, the processes of a browser. So each filter is copied when it is installed, and from then on every system call
 * of ours is first asked about here, by running the filters as the kernel does; one that would not simply be done or
 * refused is not made, and fails. What a filter says of a return address is asked for address 0. Filters that were there
 * before this image began are not known.
 */
#ifndef UNFREED_SHIM_SYS_FILTER_H
#define UNFREED_SHIM_SYS_FILTER_H

#include <stdbool.h>
#include <stdint.h>

struct sock_fprog;

/* Is there any? Asked before each system call. */
extern __attribute__((visibility("hidden"))) bool filter_any;

/* -EPERM where the filters forbid it; getpid is answered from memory then. */
long filter_call(long number, const long arguments[6]);

/* May it be made? */
bool filter_allows(long number, const long arguments[6]);

/* The program is about to install a filter; NULL: the strict mode. When it cannot be copied, whatever is not needed to
 * end is forbidden. The result goes to filter_end(), which is told whether it was installed. */
unsigned filter_begin(const struct sock_fprog *program);
void filter_end(unsigned filter, bool installed);

#endif
