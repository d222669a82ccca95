/* Records of the log, read one after another
 *
 * The other side of shim/record/log.h: what a lane's records mean depends on those before them, and this holds what is
 * to be known of those. The bytes are foreign.
 */
#ifndef UNFREED_CLI_CAPTURE_LANE_H
#define UNFREED_CLI_CAPTURE_LANE_H

#include "wire/family.h"
#include "wire/log.h"

#include <stddef.h>
#include <stdint.h>

struct lane_memory {
        uint64_t last; /* address / 8 */
        struct {
                uint32_t stack, size; /* size: UINT32_MAX = not to be referred to */
        } places[WIRE_LOG_PLACES];
};

struct lane_record {
        enum wire_log_kind kind;
        enum wire_log_control control; /* CONTROL: which, and its value */
        uint64_t value;
        uint64_t address; /* all others */
        uint32_t stack;
        uint64_t size;   /* BIRTH */
        unsigned family; /* BIRTH: enum wire_family, or 0 = that of the stack's entry point */
};

/* Read the record at `bytes`. Returns its length; 0 = it is none, or is cut. */
size_t lane_read(struct lane_memory *memory, const uint8_t *bytes, size_t n, struct lane_record *ret_record);

#endif
