// Code annotated for LeakSanitizer.
// expect: UF001 class=definite blocks=1 function=make bytes=72
// stdout: found 1
// stderr: 72 bytes in 1 blocks are lost so far
#include "make.h"
#include <stdio.h>

void __lsan_ignore_object(const void *) __attribute__((weak));
void __lsan_register_root_region(const void *, size_t) __attribute__((weak));
void __lsan_unregister_root_region(const void *, size_t) __attribute__((weak));
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static uintptr_t hidden;

static void work(void)
{
        __lsan_ignore_object(make(40));
        __lsan_disable();
        make(48);
        __lsan_enable();
        void **region = make(64);
        region[3] = make(56);
        hidden = ~(uintptr_t)region;
        __lsan_register_root_region(region, 64);
        __lsan_ignore_object(region);
        make(72);
}

int main(void)
{
        away(work);
        printf("found %d\n", __lsan_do_recoverable_leak_check());
        return 0;
}
