/* Protocol buffers: see protobuf.h */
#include "cli/report/protobuf.h"

#include <stdlib.h>
#include <string.h>

enum { WIRE_VARINT = 0, WIRE_LENGTH = 2, VARINT_MAX_BYTES = 10 };

static void reserve(struct protobuf *message, size_t n)
{
        if (message->max - message->n >= n)
                return;
        message->max = 2 * (message->max + n);
        message->bytes = realloc(message->bytes, message->max);
        if (!message->bytes)
                abort();
}

void protobuf_packed(struct protobuf *message, uint64_t n)
{
        reserve(message, VARINT_MAX_BYTES);
        for (; n >= 0x80; n >>= 7)
                message->bytes[message->n++] = (unsigned char)(n | 0x80);
        message->bytes[message->n++] = (unsigned char)n;
}

void protobuf_append(struct protobuf *message, const struct protobuf *encoded)
{
        reserve(message, encoded->n);
        if (encoded->n)
                memcpy(message->bytes + message->n, encoded->bytes, encoded->n);
        message->n += encoded->n;
}

void protobuf_number(struct protobuf *message, unsigned field, uint64_t n)
{
        if (!n)
                return;
        protobuf_packed(message, field << 3 | WIRE_VARINT);
        protobuf_packed(message, n);
}

void protobuf_bytes(struct protobuf *message, unsigned field, const void *bytes, size_t n)
{
        protobuf_packed(message, field << 3 | WIRE_LENGTH);
        protobuf_packed(message, n);
        reserve(message, n);
        if (n)
                memcpy(message->bytes + message->n, bytes, n);
        message->n += n;
}

void protobuf_message(struct protobuf *message, unsigned field, struct protobuf *inner)
{
        protobuf_bytes(message, field, inner->bytes, inner->n);
        inner->n = 0;
}

void protobuf_free(struct protobuf *message) { free(message->bytes); }
