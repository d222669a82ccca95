/* Registers as DWARF numbers them
 *
 * x86-64 psABI figure 3.36; "DWARF for the Arm 64-bit Architecture" section 4.1. The return address has a column of
 * its own on x86-64 and is register 30 on aarch64.
 */
#ifndef UNFREED_SHIM_STACK_REGISTERS_H
#define UNFREED_SHIM_STACK_REGISTERS_H

#include <stdint.h>

#if defined __x86_64__
enum {
        REGISTER_FP = 6, /* rbp */
        REGISTER_SP = 7,
        REGISTER_RETURN = 16,
        REGISTERS = 17,
        PC_BITS = 47,  /* of a program's addresses */
        PC_SHIFT = 0,  /* of a return address: low bits that are always zero */
};
#elif defined __aarch64__
enum {
        REGISTER_FP = 29,
        REGISTER_RETURN = 30,
        REGISTER_SP = 31,
        REGISTERS = 32,
        PC_BITS = 48,
        PC_SHIFT = 2,
};
#else
#error "this processor's registers are not known here"
#endif

/* aarch64 signs return addresses in the bits above the address space (PAC); x86-64 has none. */
static inline uintptr_t return_address_strip(uintptr_t address)
{
#if defined __aarch64__
        return address & ((UINT64_C(1) << 48) - 1);
#else
        return address;
#endif
}

#endif
