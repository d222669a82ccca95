/* One library for old and new glibc
 *
 * Built on a new glibc, dlsym, dladdr and dladdr1 would be asked for at version GLIBC_2.34, where they moved from libdl into
 * libc, and older systems would refuse to load us. The versions named here exist on both. May go when no system with
 * glibc < 2.34 is left. Include it where these functions are called.
 */
#ifndef UNFREED_SHIM_SELF_GLIBC_H
#define UNFREED_SHIM_SELF_GLIBC_H

#if defined __x86_64__
#define GLIBC_OLDEST "GLIBC_2.2.5"
#define GLIBC_OF_DLADDR1 "GLIBC_2.3.3"
#elif defined __aarch64__
#define GLIBC_OLDEST "GLIBC_2.17"
#define GLIBC_OF_DLADDR1 "GLIBC_2.17"
#endif
__asm__(".symver dlsym, dlsym@" GLIBC_OLDEST);
__asm__(".symver dladdr, dladdr@" GLIBC_OLDEST);
__asm__(".symver dladdr1, dladdr1@" GLIBC_OF_DLADDR1);

#endif
