/* The doors of the limit of address space
 *
 * Our arena reserves some ninety GiB and uses next to nothing of them (arena/arena.c). They count, though, when a program
 * limits itself: it would have nothing left. So it gets what it asks for and our share on top, with which it can have up
 * to a gigabyte more than it asked for, and is told a limit without our share. Programs that it executes inherit the
 * limit, and have an arena as large; those that are not watched have more than they were given. A program that came with
 * a limit has a smaller arena, and is told what is so.
 */
#include "shim/arena/arena.h"
#include "shim/hooks/door.h"
#include "shim/sys/probe.h"
#include "shim/sys/syscall.h"

#include <errno.h>
#include <stdint.h>
#include <sys/types.h>

/* struct rlimit64, which is struct rlimit on these processors; sys/resource.h would make one door of two names. */
struct limit {
        uint64_t soft, hard;
};

enum { ADDRESS_SPACE = 9 }; /* RLIMIT_AS */
static const uint64_t UNLIMITED = UINT64_MAX;

static struct limit raised; /* as we set it last */

static uint64_t with_shares(uint64_t limit, unsigned n)
{
        uint64_t shares = n * arena_share();
        return limit >= UNLIMITED - shares ? limit : limit + shares;
}

/* One that was no multiple of a kilobyte is known by what it is. */
static uint64_t without_shares(uint64_t limit, uint64_t raised_to, unsigned n)
{
        unsigned there = limit == raised_to && limit != UNLIMITED ? n : arena_shares_in(limit);
        return limit - there * arena_share();
}

/* The hard limit has a share more, since a child's soft one must grow; but what was given from outside has nothing added,
 * and not everyone may raise it. */
static struct limit with_room(const struct limit *given, const struct limit *now)
{
        bool raises = given->hard > without_shares(now->hard, raised.hard, 2);
        struct limit wanted = {with_shares(given->soft, arena_shares()), with_shares(given->hard, 2)};
        if (wanted.hard > now->hard && !raises)
                wanted.hard = now->hard;
        if (wanted.soft > wanted.hard)
                wanted.soft = wanted.hard;
        return wanted;
}

/* `given` and `ret` may be NULL, or not be memory at all. */
static int limit_change(pid_t pid, int resource, const struct limit *given, struct limit *ret)
{
        struct limit now, wanted;
        bool ours = resource == ADDRESS_SPACE && (pid == 0 || pid == sys_call(SYS_getpid)) && arena_shares();
        const struct limit *set = given;
        if (ours && given && probe_read((uintptr_t)given, &wanted, sizeof wanted) && wanted.soft <= wanted.hard &&
            !sys_failed(sys_call(SYS_prlimit64, 0, ADDRESS_SPACE, NULL, &now))) {
                wanted = with_room(&wanted, &now);
                set = &wanted;
        }
        struct limit before = raised;
        /* The program's own call, whatever its filters say of it. */
        long result = sys_call_unasked(SYS_prlimit64, pid, resource, (long)set, (long)ret, 0, 0);
        if (sys_failed(result)) {
                errno = (int)-result;
                return -1;
        }
        if (set == &wanted)
                raised = wanted;
        if (ours && ret) {
                ret->soft = without_shares(ret->soft, before.soft, arena_shares());
                ret->hard = without_shares(ret->hard, before.hard, 2);
        }
        return 0;
}

#define LIMIT_DOORS(suffix)                                                                                            \
        DOOR int getrlimit##suffix(int resource, struct limit *ret);                                                   \
        DOOR int getrlimit##suffix(int resource, struct limit *ret) { return limit_change(0, resource, NULL, ret); }   \
        DOOR int setrlimit##suffix(int resource, const struct limit *given);                                           \
        DOOR int setrlimit##suffix(int resource, const struct limit *given)                                            \
        {                                                                                                              \
                return limit_change(0, resource, given, NULL);                                                         \
        }                                                                                                              \
        DOOR int prlimit##suffix(pid_t pid, int resource, const struct limit *given, struct limit *ret);               \
        DOOR int prlimit##suffix(pid_t pid, int resource, const struct limit *given, struct limit *ret)                \
        {                                                                                                              \
                return limit_change(pid, resource, given, ret);                                                        \
        }
LIMIT_DOORS()
LIMIT_DOORS(64)
