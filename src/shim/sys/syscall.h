/* The kernel without libc
 *
 * Raw system calls. libc's wrappers set errno, are cancellation points, may be interposed by the program or by us,
 * and some of them allocate. These do none of that: a result in -4095..-1 is a negated errno.
 */
#ifndef UNFREED_SHIM_SYS_SYSCALL_H
#define UNFREED_SHIM_SYS_SYSCALL_H

#include "shim/sys/filter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

static inline long sys_call_unasked(long number, long a, long b, long c, long d, long e, long f)
{
#if defined __x86_64__
        register long r10 __asm__("r10") = d;
        register long r8 __asm__("r8") = e;
        register long r9 __asm__("r9") = f;
        long result;
        __asm__ volatile("syscall"
                         : "=a"(result)
                         : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                         : "rcx", "r11", "memory");
        return result;
#elif defined __aarch64__
        register long x8 __asm__("x8") = number;
        register long x0 __asm__("x0") = a;
        register long x1 __asm__("x1") = b;
        register long x2 __asm__("x2") = c;
        register long x3 __asm__("x3") = d;
        register long x4 __asm__("x4") = e;
        register long x5 __asm__("x5") = f;
        __asm__ volatile("svc #0"
                         : "+r"(x0)
                         : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                         : "memory");
        return x0;
#else
#error "this processor's system call is not known here"
#endif
}

static inline long sys_call6(long number, long a, long b, long c, long d, long e, long f)
{
        if (__builtin_expect(filter_any, 0))
                return filter_call(number, (const long[]){a, b, c, d, e, f});
        return sys_call_unasked(number, a, b, c, d, e, f);
}

/* Missing arguments are zero. */
#define sys_call(...) SYS_CALL_PAD(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define SYS_CALL_PAD(number, a, b, c, d, e, f, ...)                                                                    \
        sys_call6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static inline bool sys_failed(long result) { return (unsigned long)result >= (unsigned long)-4095; }

#endif
