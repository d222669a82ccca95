/* unfreed merge: captures of many processes, hosts or runs, put together
 *
 * The chunks of a capture stand for themselves, so that putting files together in any grouping gives the same
 * processes in the same order. Each file is read to its end before anything of it is taken.
 */
#include "cli/capture/file.h"
#include "cli/command/verb.h"
#include "cli/say/say.h"

#include <stdlib.h>

int verb_merge(struct arguments *arguments)
{
        const char *output = arguments->options.output;
        if (!output || arguments->n_operands == 0) {
                say_error("%s; see `unfreed help merge`", output ? "no capture to merge" : "-o OUT is missing");
                return STATUS_USAGE;
        }
        struct capture_writer *writer = capture_writer_new();
        int answer = writer ? 0 : say_error("no memory for the capture");
        for (int i = 0; i < arguments->n_operands && answer >= 0; i++)
                answer = capture_writer_add_file(writer, arguments->operands[i]);
        if (answer >= 0)
                answer = capture_writer_end(writer, output, false);
        capture_writer_free(writer);
        return answer < 0 ? STATUS_UNABLE : 0;
}
