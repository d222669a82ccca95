/* What a call instruction calls
 *
 * A function that ends by jumping into another leaves no frame. So `operator new[]` of a C++ library that is linked
 * statically, which only passes on to `operator new`, is not in the stack, and its blocks look as if the program had
 * called the latter. But the call instruction before the return address still says whom the program called.
 */
#include "cli/policy/callsite.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CALL_BYTES = 5, CALL_REL32 = 0xe8 }; /* x86-64: call rel32, relative to the return address */

/* Bytes of a module's image by address. Code is mapped from the file at the distance that the first segment has, which
 * is 0 in what linkers make: only then do we look. */
static bool bytes_read(const struct module *module, uint64_t address, unsigned char *ret, size_t n)
{
        struct stat status;
        int fd = open(module->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
                return false;
        bool good = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
                    pread(fd, ret, n, (off_t)(address - module->start)) == (ssize_t)n;
        close(fd);
        return good;
}

bool callsite_target(const struct raw_frame *frame, struct raw_frame *ret_target)
{
        unsigned char call[CALL_BYTES];
        const struct module *module = frame->module;
        if (frame->kind != RAW_NATIVE || !module || frame->address < module->start + CALL_BYTES ||
            !bytes_read(module, frame->address - CALL_BYTES, call, sizeof call) || call[0] != CALL_REL32)
                return false;
        int32_t distance;
        memcpy(&distance, call + 1, sizeof distance);
        uint64_t target = frame->address + (uint64_t)(int64_t)distance;
        if (target < module->start || target >= module->end)
                return false;
        *ret_target = *frame;
        ret_target->address = target + 1;
        return true;
}
