/* The mappings of this process, line by line of /proc/self/maps
 *
 * Read with raw system calls; a line longer than the buffer (paths end at PATH_MAX, so only a hostile one is) is cut at
 * its end. The buffer is not on the stack, which may be that of a signal handler and have two KiB in all. There is one
 * for everybody: who finds it in use (another thread, or the one whose handler this is) takes pages of his own.
 */
#include "shim/sys/maps.h"

#include "bare/number.h"
#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>

enum { BUFFER_BYTES = 8192 };

static char common_buffer[BUFFER_BYTES];
static atomic_flag common_in_use = ATOMIC_FLAG_INIT;

/* NULL = no memory. */
static char *buffer_take(void)
{
        return atomic_flag_test_and_set(&common_in_use) ? pages_take(BUFFER_BYTES) : common_buffer;
}

static void buffer_give(char *buffer)
{
        if (buffer == common_buffer)
                atomic_flag_clear(&common_in_use);
        else
                pages_give(buffer, BUFFER_BYTES);
}

static const char *next_field(const char *at)
{
        while (*at && *at != ' ')
                at++;
        while (*at == ' ')
                at++;
        return at;
}

/* proc(5): start-end perms offset dev inode path */
static bool line_decode(const char *line, struct map *ret_map)
{
        ret_map->start = number_parse_hex(&line);
        if (*line++ != '-')
                return false;
        ret_map->end = number_parse_hex(&line);
        if (*line++ != ' ' || strlen(line) < 5)
                return false;
        ret_map->readable = line[0] == 'r';
        ret_map->writable = line[1] == 'w';
        ret_map->executable = line[2] == 'x';
        ret_map->shared = line[3] == 's';
        line = next_field(line);
        ret_map->offset = number_parse_hex(&line);
        line = next_field(next_field(line));
        ret_map->inode = number_parse(&line);
        ret_map->path = *line ? next_field(line) : line;
        return true;
}

/* /proc/self is the first thread, which has no memory any more when it left by pthread_exit(): then the list is empty,
 * and ours is asked for (Linux >= 3.17). In this order, since an emulator knows only the first name: it would show its
 * own memory under the other. Returns the descriptor and what was read, at least a byte. */
static long maps_open(char *buffer, size_t bytes, size_t *ret_n)
{
        static const char *const paths[] = {"/proc/self/maps", "/proc/thread-self/maps"};
        for (unsigned i = 0; i < 2; i++) {
                long fd = sys_call(SYS_openat, AT_FDCWD, paths[i], O_RDONLY | O_CLOEXEC);
                if (sys_failed(fd))
                        continue;
                long n = sys_call(SYS_read, fd, buffer, bytes);
                if (n > 0) {
                        *ret_n = (size_t)n;
                        return fd;
                }
                sys_call(SYS_close, fd);
        }
        return -1;
}

/* Visit the whole lines among the first *filled bytes, and keep what is behind them. False: no more are wanted. */
static bool lines_each(char *buffer, size_t *filled, bool (*visit)(const struct map *map, void *context), void *context)
{
        char *line = buffer, *newline;
        bool going = true;
        while (going && (newline = memchr(line, '\n', *filled - (size_t)(line - buffer)))) {
                struct map map;
                *newline = 0;
                if (line_decode(line, &map))
                        going = visit(&map, context);
                line = newline + 1;
        }
        *filled -= (size_t)(line - buffer);
        if (*filled == BUFFER_BYTES - 1)
                *filled = 0;
        memmove(buffer, line, *filled);
        return going;
}

bool maps_each(bool (*visit)(const struct map *map, void *context), void *context)
{
        char *buffer = buffer_take();
        size_t filled = 0;
        long fd = buffer ? maps_open(buffer, BUFFER_BYTES - 1, &filled) : -1, n;
        if (fd >= 0) {
                while (lines_each(buffer, &filled, visit, context) &&
                       (n = sys_call(SYS_read, fd, buffer + filled, BUFFER_BYTES - 1 - filled)) > 0)
                        filled += (size_t)n;
                sys_call(SYS_close, fd);
        }
        if (buffer)
                buffer_give(buffer);
        return fd >= 0;
}

struct search {
        uintptr_t address;
        struct map *found;
        enum map_kind kind;
};

static enum map_kind map_kind(const struct map *map)
{
        if (strncmp(map->path, "[stack", 6) == 0)
                return MAP_IS_STACK;
        if (strcmp(map->path, "[heap]") == 0)
                return MAP_IS_HEAP;
        if (map->path[0] == '[' && strncmp(map->path, "[anon", 5) != 0)
                return MAP_IS_SPECIAL;
        return map->inode ? MAP_IS_FILE : MAP_IS_ANONYMOUS;
}

static bool search_visit(const struct map *map, void *context)
{
        struct search *search = context;
        if (search->address < map->start)
                return false;
        if (search->address >= map->end)
                return true;
        *search->found = *map;
        search->kind = map_kind(map);
        search->found->path = "";
        return false;
}

enum map_kind maps_find(uintptr_t address, struct map *ret_map)
{
        struct search search = {.address = address, .found = ret_map, .kind = MAP_IS_NONE};
        return maps_each(search_visit, &search) ? search.kind : MAP_IS_NOT_KNOWN;
}
