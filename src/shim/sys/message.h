/* One message, one write(2)
 *
 * Lines to stderr are built in a buffer on the stack and written at once, so that they are never torn between
 * threads or processes. Nothing here allocates.
 */
#ifndef UNFREED_SHIM_SYS_MESSAGE_H
#define UNFREED_SHIM_SYS_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

struct message {
        size_t length;
        char text[2000];
};

void message_begin(struct message *message); /* starts with "unfreed: " */
void message_text(struct message *message, const char *text);
void message_number(struct message *message, uint64_t n);
void message_hex(struct message *message, uint64_t n);
void message_end(struct message *message); /* newline, write to descriptor 2 */

/* The whole of it in one call. */
void message_line(const char *text);

#endif
