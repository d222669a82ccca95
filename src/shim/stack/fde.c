/* Finding the frame description of an address
 *
 * .eh_frame is a list of CIEs (what several functions have in common) and FDEs (one function each); .eh_frame_hdr is a
 * table of FDEs sorted by address, for binary search. Layout: Linux Standard Base Core 5.0, sections 10.6 and 10.5.
 *
 * The tables are foreign bytes. Each record is read through a cursor that ends where the readable segment ends; each
 * pointer that leads elsewhere is looked up among the module's segments before it is followed.
 */
#include "shim/stack/cfi.h"

/* Pointer encodings, LSB 10.5.1: low four bits the format, then what it is relative to. */
enum {
        PE_ABSOLUTE = 0x00,
        PE_ULEB128 = 0x01,
        PE_UDATA2 = 0x02,
        PE_UDATA4 = 0x03,
        PE_UDATA8 = 0x04,
        PE_SLEB128 = 0x09,
        PE_SDATA2 = 0x0a,
        PE_SDATA4 = 0x0b,
        PE_SDATA8 = 0x0c,
        PE_FORMAT = 0x0f,
        PE_PCREL = 0x10,
        PE_DATAREL = 0x30,
        PE_RELATIVE = 0x70,
        PE_INDIRECT = 0x80,
        PE_OMIT = 0xff,
};

static bool bytes_of_module(const struct module *module, uintptr_t address, struct bytes *ret, const uint8_t **ret_origin)
{
        for (unsigned i = 0; i < MODULE_SEGMENTS; ++i) {
                const struct module_segment *s = &module->segments[i];
                if (s->start <= address && address < s->end) {
                        *ret = (struct bytes){(const uint8_t *)address, (const uint8_t *)s->end, false};
                        *ret_origin = (const uint8_t *)s->start;
                        return true;
                }
        }
        return false;
}

/* One encoded pointer; 0 and a bad cursor when it is of a kind that unwind tables do not hold. */
static uintptr_t pointer_read(struct bytes *b, uint8_t encoding, uintptr_t data_base)
{
        uintptr_t here = (uintptr_t)b->at, base = 0, value = 0;
        switch (encoding & PE_RELATIVE) {
        case PE_ABSOLUTE: break;
        case PE_PCREL: base = here; break;
        case PE_DATAREL: base = data_base; break;
        default: b->bad = true;
        }
        switch (encoding & PE_FORMAT) {
        case PE_ABSOLUTE: value = bytes_number(b, sizeof value); break;
        case PE_UDATA2: value = bytes_number(b, 2); break;
        case PE_UDATA4: value = bytes_number(b, 4); break;
        case PE_SDATA8:
        case PE_UDATA8: value = bytes_number(b, 8); break;
        case PE_SDATA2: value = (uintptr_t)(intptr_t)(int16_t)bytes_number(b, 2); break;
        case PE_SDATA4: value = (uintptr_t)(intptr_t)(int32_t)bytes_number(b, 4); break;
        case PE_ULEB128: value = bytes_uleb(b); break;
        case PE_SLEB128: value = (uintptr_t)bytes_sleb(b); break;
        default: b->bad = true;
        }
        return value + base;
}

/* Length word of a record, and a cursor over what follows. False at the terminator or when it makes no sense. */
static bool record_open(struct bytes *b, struct bytes *ret_record)
{
        uint64_t length = bytes_number(b, 4);
        if (length == 0xffffffff)
                length = bytes_number(b, 8);
        if (b->bad || length < 4 || length > bytes_left(b))
                return false;
        *ret_record = (struct bytes){b->at, b->at + length, false};
        return true;
}

/* What a CIE says, into *fde; *ret_encoding is that of the FDEs' addresses. */
static bool cie_read(struct bytes cie, struct fde *fde, uint8_t *ret_encoding, bool *ret_augmented)
{
        if (bytes_number(&cie, 4) != 0) /* an FDE would have a pointer here */
                return false;
        uint8_t version = (uint8_t)bytes_number(&cie, 1);
        const uint8_t *augmentation = cie.at;
        while (bytes_number(&cie, 1) != 0)
                ;
        if (version != 1 && version != 3)
                return false;
        fde->code_align = bytes_uleb(&cie);
        fde->data_align = bytes_sleb(&cie);
        fde->return_column = (uint8_t)(version == 1 ? bytes_number(&cie, 1) : bytes_uleb(&cie));
        *ret_encoding = PE_ABSOLUTE;
        *ret_augmented = !cie.bad && augmentation[0] == 'z';
        if (cie.bad || (augmentation[0] != 'z' && augmentation[0] != '\0'))
                return false;
        if (*ret_augmented) {
                uint64_t length = bytes_uleb(&cie);
                struct bytes data = cie;
                bytes_skip(&cie, length);
                if (cie.bad)
                        return false;
                data.end = cie.at;
                for (const uint8_t *a = augmentation + 1; *a; ++a) {
                        if (*a == 'R')
                                *ret_encoding = (uint8_t)bytes_number(&data, 1);
                        else if (*a == 'L')
                                bytes_skip(&data, 1);
                        else if (*a == 'P')
                                pointer_read(&data, (uint8_t)bytes_number(&data, 1) & PE_FORMAT, 0);
                        else if (*a == 'S')
                                fde->signal_frame = true;
                        else if (*a != 'B' && *a != 'G') /* aarch64: B key, memory tagging */
                                return false;
                }
                if (data.bad)
                        return false;
        }
        fde->cie_program = cie;
        return fde->return_column == REGISTER_RETURN;
}

/* The record at `address` as an FDE. *ret_next: the record after it. */
static bool fde_read(const struct module *module, uintptr_t address, struct fde *ret_fde, uintptr_t *ret_next)
{
        struct bytes b, record, cie_bytes, cie;
        const uint8_t *cie_origin;
        *ret_fde = (struct fde){0};
        *ret_next = 0;
        if (!bytes_of_module(module, address, &b, &ret_fde->origin) || !record_open(&b, &record))
                return false;
        *ret_next = (uintptr_t)record.end;
        uintptr_t here = (uintptr_t)record.at;
        uint64_t back = bytes_number(&record, 4);
        if (back == 0 || back > here)
                return false;
        uint8_t encoding;
        bool augmented;
        if (!bytes_of_module(module, here - back, &cie_bytes, &cie_origin) || !record_open(&cie_bytes, &cie) ||
            !cie_read(cie, ret_fde, &encoding, &augmented))
                return false;
        ret_fde->start = pointer_read(&record, encoding, 0);
        ret_fde->end = ret_fde->start + pointer_read(&record, encoding & PE_FORMAT, 0);
        if (augmented)
                bytes_skip(&record, bytes_uleb(&record));
        ret_fde->program = record;
        return !record.bad && ret_fde->end >= ret_fde->start && cie_origin == ret_fde->origin;
}

bool fde_next(const struct module *module, uintptr_t *at, struct fde *ret_fde)
{
        while (*at != 0)
                if (fde_read(module, *at, ret_fde, at))
                        return true;
        return false;
}

/* Without a usable table: one record after another. */
static enum cfi_answer fde_scan(const struct module *module, uintptr_t at, uintptr_t address, struct fde *ret_fde)
{
        while (fde_next(module, &at, ret_fde))
                if (ret_fde->start <= address && address < ret_fde->end)
                        return CFI_FOUND;
        return CFI_NONE;
}

enum cfi_answer fde_find(const struct module *module, uintptr_t address, struct fde *ret_fde)
{
        struct bytes b;
        const uint8_t *origin;
        uintptr_t header = module->unwind_header;
        if (header == 0)
                return CFI_NONE;
        if (!bytes_of_module(module, header, &b, &origin) || bytes_number(&b, 1) != 1)
                return CFI_BAD;
        uint8_t frame_encoding = (uint8_t)bytes_number(&b, 1);
        uint8_t count_encoding = (uint8_t)bytes_number(&b, 1);
        uint8_t table_encoding = (uint8_t)bytes_number(&b, 1);
        uintptr_t frames = pointer_read(&b, frame_encoding, header);
        if (b.bad)
                return CFI_BAD;
        if (count_encoding == PE_OMIT || table_encoding != (PE_DATAREL | PE_SDATA4))
                return fde_scan(module, frames, address, ret_fde);
        uint64_t count = pointer_read(&b, count_encoding, header);
        if (b.bad || count > bytes_left(&b) / 8)
                return CFI_BAD;

        /* Pairs of 32-bit offsets from the header: code, FDE. Find the last that does not start after address. */
        uint64_t low = 0, high = count;
        int32_t pair[2];
        while (low < high) {
                uint64_t middle = low + (high - low) / 2;
                memcpy(pair, b.at + middle * 8, 8);
                if (header + (uintptr_t)(intptr_t)pair[0] <= address)
                        low = middle + 1;
                else
                        high = middle;
        }
        if (low == 0)
                return CFI_NONE;
        memcpy(pair, b.at + (low - 1) * 8, 8);
        uintptr_t next;
        if (!fde_read(module, header + (uintptr_t)(intptr_t)pair[1], ret_fde, &next))
                return CFI_BAD;
        return ret_fde->start <= address && address < ret_fde->end ? CFI_FOUND : CFI_NONE;
}
