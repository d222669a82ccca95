/* What the subjects about lost blocks share
 *
 * make() gives a block whose pointer it keeps nowhere. away() runs a function far below its caller's frame, so that what
 * it leaves in stale stack cannot be mistaken for a live word of a shallower frame later. Nor can what it leaves in
 * registers, which a thread that runs on may never overwrite, and a call with "..." may store: which of them libc's
 * memset() leaves a pointer in is a matter of the processor.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct node {
        struct node *next, *other;
        long number;
};

__attribute__((noinline, unused)) static void *make(size_t bytes) { return memset(malloc(bytes), 'm', bytes); }

__attribute__((noinline, unused)) static struct node *make_node(struct node *next)
{
        struct node *node = calloc(1, sizeof *node);
        node->next = next;
        return node;
}

__attribute__((noinline, unused)) static struct node *make_list(int n)
{
        struct node *list = NULL;
        while (n-- > 0)
                list = make_node(list);
        return list;
}

/* Those that a function need not save, but for vectors. */
__attribute__((unused)) static inline void registers_clear(void)
{
#if defined __x86_64__
        __asm__ volatile("xor %%eax, %%eax; xor %%ecx, %%ecx; xor %%edx, %%edx; xor %%esi, %%esi; xor %%edi, %%edi;"
                         "xor %%r8d, %%r8d; xor %%r9d, %%r9d; xor %%r10d, %%r10d; xor %%r11d, %%r11d" ::
                                 : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "cc");
#elif defined __aarch64__
        __asm__ volatile("mov x0, 0; mov x1, 0; mov x2, 0; mov x3, 0; mov x4, 0; mov x5, 0; mov x6, 0; mov x7, 0;"
                         "mov x8, 0; mov x9, 0; mov x10, 0; mov x11, 0; mov x12, 0; mov x13, 0; mov x14, 0;"
                         "mov x15, 0; mov x16, 0; mov x17, 0" ::
                                 : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
                                   "x13", "x14", "x15", "x16", "x17");
#endif
}

__attribute__((noinline, unused)) static void away(void (*function)(void))
{
        volatile char room[16384];
        room[0] = 1;
        function();
        registers_clear();
}
