/* The bytes of an arena, bounded: see source.h */
#include "cli/capture/source.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool source_init(struct source *source, int fd)
{
        struct stat status;
        if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size < 0)
                return false;
        source->fd = fd;
        source->bytes = (uint64_t)status.st_size;
        source->resident_bytes = (uint64_t)status.st_blocks * 512; /* st_blocks is in units of 512 bytes: stat(2) */
        return true;
}

bool source_read(const struct source *source, uint64_t off, void *ret_bytes, size_t n)
{
        if (off > source->bytes || n > source->bytes - off)
                return false;
        unsigned char *out = ret_bytes;
        while (n > 0) {
                ssize_t got = pread(source->fd, out, n, (off_t)off);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0)
                        return false;
                out += got;
                off += (uint64_t)got;
                n -= (size_t)got;
        }
        return true;
}

bool source_next_data(const struct source *source, uint64_t *off, uint64_t end, uint64_t *ret_end)
{
        if (end > source->bytes)
                end = source->bytes;
        if (*off >= end)
                return false;
        off_t data = lseek(source->fd, (off_t)*off, SEEK_DATA);
        if (data < 0 && errno != ENXIO) { /* a file system that cannot tell: all of it is data */
                *ret_end = end;
                return true;
        }
        if (data < 0 || (uint64_t)data >= end)
                return false;
        off_t hole = lseek(source->fd, data, SEEK_HOLE);
        *off = (uint64_t)data;
        *ret_end = hole < 0 || (uint64_t)hole > end ? end : (uint64_t)hole;
        return *ret_end > *off;
}

void *source_take(const struct source *source, uint64_t off, uint64_t n, size_t element_bytes, size_t *ret_n)
{
        uint64_t end = off + n * element_bytes, last = off;
        uint64_t from = off, to;
        while (source_next_data(source, &from, end, &to)) {
                last = to;
                from = to;
        }
        size_t bytes = (size_t)(last - off);
        size_t kept = (bytes + element_bytes - 1) / element_bytes;
        if (kept > n)
                kept = n;
        unsigned char *copy = calloc(kept + 1, element_bytes);
        if (!copy)
                return NULL;
        for (from = off; source_next_data(source, &from, last, &to); from = to)
                if (!source_read(source, from, copy + (from - off), (size_t)(to - from)))
                        break; /* it shrank meanwhile: the rest is zeros */
        *ret_n = kept;
        return copy;
}
