/* The dynamic section of a loaded module: what its linker left for ld.so (System V gABI, "Dynamic Linking") */
#ifndef UNFREED_SHIM_SYS_DYNAMIC_H
#define UNFREED_SHIM_SYS_DYNAMIC_H

#include <link.h>
#include <stddef.h>
#include <stdint.h>

/* Its entries, up to one of DT_NULL; NULL = it has no such section. */
static inline const ElfW(Dyn) *dynamic_of(const struct dl_phdr_info *module)
{
        const ElfW(Dyn) *dynamic = NULL;
        for (unsigned i = 0; i < module->dlpi_phnum; i++)
                if (module->dlpi_phdr[i].p_type == PT_DYNAMIC)
                        dynamic = (const void *)(module->dlpi_addr + module->dlpi_phdr[i].p_vaddr);
        return dynamic;
}

/* The address that an entry holds, in a module loaded at `bias`. ld.so makes these absolute in place, where the section
 * can be written; not so in the vdso. */
static inline uintptr_t dynamic_address(const ElfW(Dyn) *entry, uintptr_t bias)
{
        uintptr_t value = entry->d_un.d_ptr;
        return value && value < bias ? value + bias : value;
}

#endif
