/* One message, one write(2) */
#include "shim/sys/message.h"

#include "bare/number.h"
#include "shim/sys/syscall.h"

#include <string.h>

void message_begin(struct message *message)
{
        message->length = 0;
        message_text(message, "unfreed: ");
}

void message_text(struct message *message, const char *text)
{
        size_t room = sizeof message->text - 1 - message->length; /* one for the newline */
        size_t n = strnlen(text, room);
        memcpy(message->text + message->length, text, n);
        message->length += n;
}

void message_number(struct message *message, uint64_t n)
{
        char digits[NUMBER_TEXT_BYTES];
        number_decimal(digits, n);
        message_text(message, digits);
}

void message_hex(struct message *message, uint64_t n)
{
        char digits[NUMBER_TEXT_BYTES];
        number_hex(digits, n);
        message_text(message, digits);
}

void message_end(struct message *message)
{
        message->text[message->length++] = '\n';
        sys_call(SYS_write, 2, message->text, message->length);
}

void message_line(const char *text)
{
        struct message message;
        message_begin(&message);
        message_text(&message, text);
        message_end(&message);
}
