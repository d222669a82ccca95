// A library that the C library itself may open, for a character set. Built twice with another FRAME: the same code at the
// same offsets, but frames of different size.
#include <gconv.h>
#include <stdlib.h>

void *place_make(unsigned bytes)
{
        volatile char room[FRAME];
        room[0] = 1;
        void *block = malloc(bytes);
        room[FRAME - 1] = room[0];
        return block;
}

int gconv_init(struct __gconv_step *step)
{
        free(place_make(10));
        step->__min_needed_from = step->__max_needed_from = step->__min_needed_to = step->__max_needed_to = 1;
        step->__stateful = 0;
        return __GCONV_OK;
}

int gconv(struct __gconv_step *step, struct __gconv_step_data *data, const unsigned char **from,
          const unsigned char *end, unsigned char **out, size_t *n, int flush, int more)
{
        return __GCONV_EMPTY_INPUT;
}
