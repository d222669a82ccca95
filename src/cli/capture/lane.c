/* Records of the log, read one after another: see lane.h, and wire/log.h for what they are made of */
#include "cli/capture/lane.h"

#include <stdbool.h>
#include <string.h>

struct cursor {
        const uint8_t *at;
        size_t left;
        bool short_of; /* something was asked for that is not there */
};

static uint64_t number(struct cursor *c, unsigned bytes)
{
        uint64_t n = 0;
        if (c->left < bytes) {
                c->short_of = true;
                return 0;
        }
        for (unsigned i = 0; i < bytes; i++)
                n |= (uint64_t)c->at[i] << 8 * i;
        c->at += bytes;
        c->left -= bytes;
        return n;
}

static bool control_read(struct cursor *c, unsigned tag, struct lane_record *record)
{
        static const uint8_t lengths[] = {
#define X(id, bytes) bytes,
                WIRE_LOG_CONTROLS(X)
#undef X
        };
        unsigned control = tag >> 2;
        if (control >= WIRE_LOG_CONTROL_END)
                return false;
        record->control = (enum wire_log_control)control;
        record->value = number(c, lengths[control]);
        return !c->short_of;
}

static bool event_read(struct lane_memory *m, struct cursor *c, unsigned tag, struct lane_record *record)
{
        static const uint8_t address_lengths[] = {1, 2, 3, 6}, size_lengths[] = {0, 1, 2, 8};
        unsigned size_code = tag >> WIRE_LOG_SIZE_SHIFT & 3;
        bool is_birth = record->kind == WIRE_LOG_BIRTH, is_known = tag & WIRE_LOG_STACK_KNOWN;
        uint32_t stack = (uint32_t)number(c, is_known ? 1 : 4);
        uint64_t folded = number(c, address_lengths[tag >> WIRE_LOG_ADDRESS_SHIFT & 3]);
        uint64_t last = m->last + (folded >> 1 ^ (0 - (folded & 1)));
        uint32_t *known_stack = &m->places[stack % WIRE_LOG_PLACES].stack,
                 *known_size = &m->places[stack % WIRE_LOG_PLACES].size;
        stack = is_known ? *known_stack : stack;
        if (!is_birth) {
                if (tag & ~(unsigned)(WIRE_LOG_KIND | 3 << WIRE_LOG_ADDRESS_SHIFT | WIRE_LOG_STACK_KNOWN))
                        return false;
                *known_size = is_known ? *known_size : UINT32_MAX;
        } else {
                if (size_code == 0 && (*known_stack != stack || *known_size == UINT32_MAX))
                        return false;
                record->size = size_code ? number(c, size_lengths[size_code]) : *known_size;
                record->family = tag & WIRE_LOG_FAMILY ? (unsigned)number(c, 1) : 0;
                *known_size = record->size < UINT32_MAX ? (uint32_t)record->size : UINT32_MAX;
        }
        if (c->short_of || record->family >= WIRE_FAMILY_END)
                return false;
        *known_stack = record->stack = stack;
        m->last = last;
        record->address = last << 3;
        return true;
}

size_t lane_read(struct lane_memory *m, const uint8_t *bytes, size_t n, struct lane_record *ret_record)
{
        struct cursor c = {bytes, n, false};
        unsigned tag = (unsigned)number(&c, 1);
        *ret_record = (struct lane_record){.kind = (enum wire_log_kind)(tag & WIRE_LOG_KIND)};
        if (c.short_of || !(ret_record->kind == WIRE_LOG_CONTROL ? control_read(&c, tag, ret_record)
                                                                 : event_read(m, &c, tag, ret_record)))
                return 0;
        if (ret_record->kind == WIRE_LOG_CONTROL && ret_record->control == WIRE_LOG_THREAD)
                memset(m, 0, sizeof *m);
        return n - c.left;
}
