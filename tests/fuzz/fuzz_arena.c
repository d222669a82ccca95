/* An arena of any bytes: it is read, and whatever was believed of it is then used.
 *
 * The first half of the bytes stands at the start, the second half where the header says that the slots of the first
 * leaf are: tables of a real arena are megabytes apart, and a fuzzer should not have to find that out. */
#include "cli/capture/arena.h"
#include "fuzz/target.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

size_t taken_in;
static size_t sum;

static void text_use(const char *text) { sum += strlen(text); }

static void stack_use(const struct process *process, uint32_t stack)
{
        struct raw_frame frames[64];
        enum wire_entry entry;
        unsigned align;
        size_t n = process_frames(process, stack, frames, 64, &entry, &align);
        for (size_t i = 0; i < n && i < 64; i++)
                if (frames[i].module)
                        text_use(frames[i].module->path);
        n = process_python_frames(process, stack, frames, 64);
        for (size_t i = 0; i < n && i < 64; i++) {
                text_use(frames[i].code->qualname);
                for (size_t k = 0; k < frames[i].code->line_table_bytes; k++)
                        sum += frames[i].code->line_table[k];
        }
}

static void process_use(const struct process *process)
{
        text_use(process->exe);
        text_use(process->python_version);
        for (int i = 0; i < process->argc; i++)
                text_use(process->argv[i]);
        for (size_t i = 0; i < process->n_sites && i < 1000; i++)
                stack_use(process, process->sites[i].stack);
        for (size_t i = 0; i < process->n_wrongs && i < 1000; i++) {
                stack_use(process, process->wrongs[i].birth_stack);
                stack_use(process, process->wrongs[i].release_stack);
                text_use(process->modules ? process->modules[process->wrongs[i].module].name : "");
        }
        for (size_t i = 0; i < process->n_holders && i < 1000; i++)
                stack_use(process, process->holders[i].other);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
        struct wire_header header = {0};
        memcpy(&header, bytes, n < sizeof header ? n : sizeof header);
        int fd = memfd_create("fuzz", MFD_CLOEXEC);
        size_t first = n < 2 * sizeof header ? n : n / 2;
        off_t slots = (off_t)(header.extents[WIRE_EXTENT_SLOTS].off % (UINT64_C(1) << 32)) + (1 << 20);
        if (fd < 0 || pwrite(fd, bytes, first, 0) < 0 || pwrite(fd, bytes + first, n - first, slots) < 0 ||
            ftruncate(fd, (off_t)(header.arena_bytes % (UINT64_C(1) << 34))) < 0)
                abort();
        struct process process;
        if (!arena_read(fd, &process)) {
                taken_in++;
                process_use(&process);
                process_deinit(&process);
        }
        close(fd);
        return 0;
}
