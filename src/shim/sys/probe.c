/* Reading memory that may not be there
 *
 * process_vm_readv on ourselves needs no right that a process lacks and returns EFAULT instead of a signal. Where a
 * seccomp filter refuses it, rt_sigprocmask tells: the kernel copies the new mask in (EFAULT when it cannot) before it
 * looks at `how` (EINVAL for our nonsense value), so that nothing is changed either way (kernel/signal.c,
 * sys_rt_sigprocmask). A page that was readable is then read by plain loads: another thread could unmap it in
 * between, which only the first way excludes.
 */
#include "shim/sys/probe.h"

#include "bare/bits.h"
#include "shim/sys/syscall.h"
#include "wire/arena.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/uio.h>

static _Atomic bool vm_readv_refused;

static bool page_readable(uintptr_t page)
{
        return sys_call(SYS_rt_sigprocmask, ~0u >> 1, page, NULL, 8) == -EINVAL;
}

bool probe_readable(uintptr_t address, size_t bytes)
{
        if (bytes == 0)
                return true;
        if (address + bytes < address)
                return false;
        uintptr_t last = align_down(address + bytes - 1, WIRE_PAGE_BYTES);
        for (uintptr_t page = align_down(address, WIRE_PAGE_BYTES);; page += WIRE_PAGE_BYTES) {
                if (!page_readable(page))
                        return false;
                if (page == last)
                        return true;
        }
}

bool probe_read(uintptr_t address, void *ret, size_t bytes)
{
        if (!atomic_load_explicit(&vm_readv_refused, memory_order_relaxed)) {
                struct iovec to = {ret, bytes}, from = {(void *)address, bytes};
                long n = sys_call(SYS_process_vm_readv, sys_call(SYS_getpid), &to, 1, &from, 1, 0);
                if (n == (long)bytes)
                        return true;
                if (n >= 0 || n == -EFAULT)
                        return false;
                atomic_store_explicit(&vm_readv_refused, true, memory_order_relaxed);
        }
        if (!probe_readable(address, bytes))
                return false;
        memcpy(ret, (const void *)address, bytes);
        return true;
}
