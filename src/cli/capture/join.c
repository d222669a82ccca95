/* Adding one capture file to another that is being made: see file.h
 *
 * The file is first read as if for a report, so that nothing damaged is passed on; then its chunks are copied as they
 * are. Only the first command is kept: it is what the reader shows.
 */
#include "cli/capture/chunk.h"
#include "cli/capture/file.h"

#include <stdlib.h>
#include <string.h>

int capture_writer_add_file(struct capture_writer *writer, const char *path)
{
        size_t n;
        unsigned char *bytes = capture_load(path, &n);
        if (!bytes)
                return -1;
        struct capture capture = {0};
        int answer = capture_parse(path, bytes, n, &capture, NULL, NULL);
        capture_deinit(&capture);
        size_t at = sizeof(struct capture_head);
        if (answer >= 0 && memcmp(bytes + at, CHUNK_LABELS, 4) != 0)
                capture_writer_add_chunk(writer, CHUNK_LABELS, "", 1); /* not those of the file before */
        while (answer >= 0 && at < n) {
                struct chunk_head head;
                memcpy(&head, bytes + at, sizeof head); /* fits: it was parsed */
                if (memcmp(head.kind, CHUNK_END, sizeof head.kind) == 0)
                        break;
                capture_writer_add_chunk(writer, head.kind, bytes + at + sizeof head, (size_t)head.bytes);
                at += sizeof head + (size_t)head.bytes;
        }
        free(bytes);
        return answer;
}
