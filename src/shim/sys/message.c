/* One message, one write(2) */
#include "shim/sys/message.h"

#include "bare/number.h"
#include "shim/sys/syscall.h"

#include <signal.h>
#include <string.h>
#include <time.h>

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

/* A write may raise a signal that kills: SIGPIPE where nobody reads any more, SIGXFSZ past RLIMIT_FSIZE. Both go to the
 * writing thread, so they are held off here and taken away, unless the program had one waiting already. */
static void write_harmlessly(const char *text, size_t length)
{
        enum { SET_BYTES = 8 }; /* the kernel's sigset_t */
        const uint64_t deadly = UINT64_C(1) << (SIGPIPE - 1) | UINT64_C(1) << (SIGXFSZ - 1);
        const struct timespec at_once = {0};
        uint64_t mask = 0, before = 0, after = 0;
        sys_call(SYS_rt_sigprocmask, SIG_BLOCK, &deadly, &mask, SET_BYTES);
        sys_call(SYS_rt_sigpending, &before, SET_BYTES);
        sys_call(SYS_write, 2, text, length);
        sys_call(SYS_rt_sigpending, &after, SET_BYTES);
        uint64_t ours = after & ~before & deadly;
        if (ours)
                sys_call(SYS_rt_sigtimedwait, &ours, NULL, &at_once, SET_BYTES);
        sys_call(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, SET_BYTES);
}

void message_end(struct message *message)
{
        message->text[message->length++] = '\n';
        write_harmlessly(message->text, message->length);
}

void message_line(const char *text)
{
        struct message message;
        message_begin(&message);
        message_text(&message, text);
        message_end(&message);
}
