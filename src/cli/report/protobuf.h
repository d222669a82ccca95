/* Protocol buffers, as far as writing needs it (protobuf.dev, "Encoding")
 *
 * A message is built in memory of its own and then put into the one around it, since its length stands before it. Fields
 * with the value 0 are left out, as proto3 has it.
 */
#ifndef UNFREED_CLI_REPORT_PROTOBUF_H
#define UNFREED_CLI_REPORT_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>

struct protobuf {
        unsigned char *bytes;
        size_t n, max;
};

void protobuf_number(struct protobuf *message, unsigned field, uint64_t n);
void protobuf_bytes(struct protobuf *message, unsigned field, const void *bytes, size_t n); /* also when empty */
/* A message inside; it is emptied, to be used for the next. */
void protobuf_message(struct protobuf *message, unsigned field, struct protobuf *inner);
/* Numbers one after another, as for a packed field: then given to protobuf_message(). */
void protobuf_packed(struct protobuf *message, uint64_t n);
/* What is already encoded, as it is. */
void protobuf_append(struct protobuf *message, const struct protobuf *encoded);
void protobuf_free(struct protobuf *message);

#endif
