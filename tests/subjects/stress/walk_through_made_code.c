// Code that the program makes while it runs, and describes to the unwinders, calls a function that loses a block: who
// called that code is on the stack of the block.
// expect: UF001 class=definite function=lose bytes=24 blocks=1 stack=lose<use<main
// plain: same
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void __register_frame(void *table);
void __deregister_frame(void *table);

/* Makes room, calls its argument, gives the room back; without a frame pointer, or with the frame record of AArch64. */
#if defined __x86_64__
static const unsigned char code[] = {0x48, 0x83, 0xec, 0x18, 0xff, 0xd7, 0x48, 0x83, 0xc4, 0x18, 0xc3};
#define CIE {1, 0, 1, 0x78, 16, 0x0c, 7, 8, 0x90, 1}
#define PROGRAM {0x44, 0x0e, 32, 0x46, 0x0e, 8}
#else
static const uint32_t code[] = {0xa9bf7bfd, 0x910003fd, 0xd63f0000, 0xa8c17bfd, 0xd65f03c0};
#define CIE {1, 0, 4, 0x78, 30, 0x0c, 31, 0}
#define PROGRAM {0x41, 0x0e, 16, 0x9d, 2, 0x9e, 1, 0x43, 0x0e, 0, 0xdd, 0xde}
#endif

static struct {
        uint32_t cie_bytes, cie_id;
        uint8_t cie[12];
        uint32_t fde_bytes, cie_back;
        uint64_t start, size;
        uint8_t program[16];
        uint32_t end;
} __attribute__((packed)) table = {16, 0, CIE, 36, 24, 0, sizeof code, PROGRAM};

static void lose(void)
{
        char *volatile lost = malloc(24);
        lost[0] = 1;
        lost = NULL;
}

static void use(void (*call)(void (*back)(void))) { call(lose); }

int main(void)
{
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memcpy(page, code, sizeof code);
        __builtin___clear_cache(page, (char *)page + sizeof code);
        table.start = (uintptr_t)page;
        __register_frame(&table);
        use((void (*)(void (*)(void)))page);
        __deregister_frame(&table);
        puts("used");
        return 0;
}
