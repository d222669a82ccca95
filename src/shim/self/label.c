/* Labels, taken from the environment of a process that ends
 *
 * Another thread may be in setenv() meanwhile, or may have left a string behind that is gone; libc's lock is not ours
 * to take. So the array and every string that is not one of those that the kernel laid out are read as memory that may
 * not be there. A value that is torn is a wrong label, and nothing worse.
 */
#include "shim/self/label.h"

#include "shim/arena/arena.h"
#include "shim/sys/probe.h"
#include "wire/arena.h"
#include "wire/label.h"

#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

enum { ENTRY_MOST = 128, LABELS_MOST = 1024, CHUNK = 64, CHUNKS_MOST = 64 };

static const struct label {
        const char *key, *variable;
} labels[] = {
#define X(key, variable) {key, variable},
        WIRE_LABELS(X)
#undef X
};
enum { N_LABELS = sizeof labels / sizeof *labels };

/* Strings of the program's start lie between these two at the top of the first stack, and stay there. */
static bool is_from_start(uintptr_t address)
{
        return address > getauxval(AT_RANDOM) && address < getauxval(AT_EXECFN);
}

/* The string at `address`, cut; the next page is touched only where the string goes on into it. */
static bool entry_read(uintptr_t address, char ret[ENTRY_MOST])
{
        size_t n = WIRE_PAGE_BYTES - address % WIRE_PAGE_BYTES;
        n = n < ENTRY_MOST ? n : ENTRY_MOST;
        memset(ret, 0, ENTRY_MOST);
        if (is_from_start(address)) {
                strncpy(ret, (const char *)address, ENTRY_MOST - 1);
                return true;
        }
        if (!probe_read(address, ret, n))
                return false;
        if (n < ENTRY_MOST && !memchr(ret, 0, n) && !probe_read(address + n, ret + n, ENTRY_MOST - n))
                return false;
        ret[ENTRY_MOST - 1] = 0;
        return true;
}

/* values[i]: what variable i is set to, "" = it is not. */
static void entry_take(const char *entry, char values[N_LABELS][ENTRY_MOST])
{
        for (size_t i = 0; i < N_LABELS; i++) {
                size_t n = strlen(labels[i].variable);
                if (strncmp(entry, labels[i].variable, n) == 0 && entry[n] == '=' && !*values[i])
                        memcpy(values[i], entry + n + 1, strlen(entry + n + 1) + 1);
        }
}

static void environment_take(char values[N_LABELS][ENTRY_MOST])
{
        uintptr_t array = (uintptr_t)environ;
        for (int chunk = 0; array && chunk < CHUNKS_MOST; chunk++, array += CHUNK * sizeof(uintptr_t)) {
                uintptr_t entries[CHUNK];
                size_t n = CHUNK;
                while (n && !probe_read(array, entries, n * sizeof *entries))
                        n /= 2;
                for (size_t i = 0; i < n; i++) {
                        char entry[ENTRY_MOST];
                        if (!entries[i])
                                return;
                        if (entry_read(entries[i], entry))
                                entry_take(entry, values);
                }
                if (n < CHUNK)
                        return;
        }
}

void label_write(void)
{
        char values[N_LABELS][ENTRY_MOST] = {""}, text[LABELS_MOST];
        size_t n = 0;
        if (arena.header->labels) /* an exec that failed */
                return;
        environment_take(values);
        for (size_t i = 0; i < N_LABELS; i++) {
                bool is_known = !*values[i];
                for (size_t k = 0; k < i && !is_known; k++)
                        is_known = *values[k] && strcmp(labels[k].key, labels[i].key) == 0;
                size_t key = strlen(labels[i].key), value = strlen(values[i]);
                if (is_known || n + key + value + 3 > sizeof text)
                        continue;
                memcpy(text + n, labels[i].key, key);
                text[n + key] = '=';
                memcpy(text + n + key + 1, values[i], value + 1);
                n += key + value + 2;
        }
        if (n)
                arena.header->labels = arena_text_bytes(text, n);
}
