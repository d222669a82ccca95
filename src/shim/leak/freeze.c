/* Other threads, stopped by a signal
 *
 * A tracer (ptrace) is what containers forbid, so each thread is asked with tgkill() to stop itself: its handler
 * writes down the registers that the kernel saved for it and waits on a futex until the judgement is over. What makes
 * that safe in a process that is not ours:
 *
 * - The signal is one that the program has no action for, looked for from the last real-time signal downwards. A
 *   thread that blocks it is asked with glibc's own SIGSETXID (33), which the program cannot block through libc.
 *   A thread that blocks both is not asked at all: a signal left pending would kill it later.
 * - What a thread in sigwait() waits for is not blocked in it while it waits, and would be taken for the program's. So the
 *   set that it gave the kernel is looked at.
 * - When somebody did not answer in time, our action stays installed, for the same reason; the handler then returns
 *   at once.
 * - The handler runs on the alternate stack where there is one (coroutines have small stacks), with all signals
 *   blocked, and calls nothing.
 * - SA_RESTART does not cover all calls (signal(7)). At the end of the process a sleep cut short could make the
 *   program print what it otherwise would not, so such a call is begun anew by hand.
 *
 * We hold no lock and call no libc: a frozen thread may hold any lock there is.
 */
#include "shim/leak/freeze.h"

#include "bare/number.h"
#include "shim/sys/clock.h"
#include "shim/sys/pages.h"
#include "shim/sys/probe.h"
#include "shim/sys/syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <ucontext.h>

enum {
        SIGNAL_SETXID = 33,
        N_ROUNDS = 16,       /* listings of the threads before we give up on a program that goes on making new ones */
        WAIT_MS = 200,       /* for a thread that is stopped or deaf: it may never come back */
        WAIT_DISK_MS = 1000, /* for one that the kernel holds: mostly until a page was read */
        WAIT_BUSY_MS = 5000, /* for one that only waits for a processor: it is sure to answer */
        N_THREADS_MAX = 32768,
        N_THREADS_FEW = 512, /* where there is not even address space for the above */
        FILE_BYTES = 2048,
};

/* What the kernel takes (asm-generic/signal.h), not libc's struct sigaction. */
struct action {
        void (*handler)(int, siginfo_t *, void *);
        unsigned long flags;
        void (*restorer)(void);
        uint64_t mask;
};

static struct frozen *threads; /* kept for the next time: a late handler may still look at it */
static size_t n_threads, threads_capacity;
static _Atomic uint32_t generation; /* odd while threads shall stand still; the futex they wait on */
static _Atomic uint32_t n_still;    /* the futex that the judge waits on */
static uint32_t n_asked;
static bool restarts;
static struct {
        int number;
        bool installed;
        struct action before;
} signals[2];

#if defined __x86_64__
/* x86-64 has no default way back from a handler: the kernel wants to be told one. */
void freeze_return(void) __attribute__((visibility("hidden")));
__asm__(".pushsection .text\n.type freeze_return, @function\n.hidden freeze_return\n.globl freeze_return\n"
        "freeze_return: mov $15, %eax\n syscall\n.size freeze_return, . - freeze_return\n.popsection");
enum { SA_RESTORER_FLAG = 0x04000000 };

static void registers_copy(struct frozen *frozen, const ucontext_t *context)
{
        const greg_t *r = context->uc_mcontext.gregs;
        _Static_assert((int)REG_RIP < (int)FROZEN_REGISTERS, "the general registers come first");
        frozen->n_registers = REG_RIP;
        for (int i = 0; i < REG_RIP; i++)
                frozen->registers[i] = (uintptr_t)r[i];
        frozen->sp = (uintptr_t)r[REG_RSP];
}

/* Does this call fail with EINTR whatever SA_RESTART says, and may it be begun anew without harm? */
static bool call_restarts(int call)
{
        switch (call) {
        case SYS_nanosleep:
        case SYS_clock_nanosleep:
        case SYS_poll:
        case SYS_ppoll:
        case SYS_select:
        case SYS_pselect6:
        case SYS_epoll_wait:
        case SYS_epoll_pwait:
        case SYS_epoll_pwait2:
        case SYS_futex:
        case SYS_pause:
        case SYS_rt_sigsuspend:
        case SYS_rt_sigtimedwait:
        case SYS_semop:
        case SYS_semtimedop:
        case SYS_msgrcv:
        case SYS_msgsnd:
        case SYS_io_getevents:
        case SYS_read:
        case SYS_readv:
        case SYS_recvfrom:
        case SYS_recvmsg:
        case SYS_accept:
        case SYS_accept4:
        case SYS_wait4:
        case SYS_waitid:
                return true;
        default:
                return false;
        }
}

/* The kernel left -EINTR in rax and the program counter behind the two bytes of `syscall`; the arguments are intact. */
static void call_restart(const struct frozen *frozen, ucontext_t *context)
{
        greg_t *r = context->uc_mcontext.gregs;
        if (r[REG_RAX] != -EINTR || frozen->call < 0 || !call_restarts(frozen->call) ||
            (uintptr_t)r[REG_RIP] != frozen->call_pc || (uintptr_t)r[REG_RSP] != frozen->call_sp)
                return;
        const unsigned char *code = (const unsigned char *)r[REG_RIP] - 2;
        if (code[0] != 0x0f || code[1] != 0x05)
                return;
        r[REG_RAX] = frozen->call;
        r[REG_RIP] -= 2;
}
#elif defined __aarch64__
static void (*const freeze_return)(void) = NULL; /* the vdso has one */
enum { SA_RESTORER_FLAG = 0 };

static void registers_copy(struct frozen *frozen, const ucontext_t *context)
{
        frozen->n_registers = 31;
        for (int i = 0; i < 31; i++)
                frozen->registers[i] = context->uc_mcontext.regs[i];
        frozen->sp = context->uc_mcontext.sp;
}

/* x0 holds both the first argument and the result: what it was is lost, so the call cannot be begun anew. */
static void call_restart(const struct frozen *frozen, ucontext_t *context)
{
        (void)frozen;
        (void)context;
}
#endif

static struct frozen *thread_of(int32_t tid)
{
        for (size_t i = n_threads; i-- > 0;)
                if (threads[i].tid == tid)
                        return &threads[i];
        return NULL;
}

static void stand_still(int number, siginfo_t *info, void *context)
{
        (void)number;
        (void)info;
        uint32_t now = atomic_load_explicit(&generation, memory_order_acquire);
        if (now % 2 == 0)
                return;
        struct frozen *self = thread_of((int32_t)sys_call(SYS_gettid));
        if (self == NULL || __atomic_load_n(&self->still, __ATOMIC_RELAXED))
                return;
        registers_copy(self, context);
        self->storage = (uintptr_t)__builtin_thread_pointer();
        if (restarts)
                call_restart(self, context);
        __atomic_store_n(&self->still, 1, __ATOMIC_RELEASE);
        atomic_fetch_add(&n_still, 1);
        sys_call(SYS_futex, &n_still, FUTEX_WAKE_PRIVATE, 1);
        while (atomic_load_explicit(&generation, memory_order_acquire) == now)
                sys_call(SYS_futex, &generation, FUTEX_WAIT_PRIVATE, now, NULL);
}

static bool action_install(unsigned i, int number)
{
        struct action action = {
                .handler = stand_still,
                .flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK | SA_RESTORER_FLAG,
                .restorer = freeze_return,
                .mask = ~UINT64_C(0),
        };
        if (signals[i].installed) /* from an earlier freeze that somebody did not answer */
                return true;
        if (sys_failed(sys_call(SYS_rt_sigaction, number, &action, &signals[i].before, sizeof action.mask)))
                return false;
        signals[i].number = number;
        signals[i].installed = true;
        return true;
}

static int signal_last = 64; /* those above cannot be sent */

/* A real-time signal that nobody acts on, from the last downwards; 0 = all are taken. */
static int signal_free(void)
{
        if (signals[0].installed)
                return signals[0].number;
        for (int number = signal_last; number > SIGNAL_SETXID; number--) {
                struct action action;
                if (!sys_failed(sys_call(SYS_rt_sigaction, number, NULL, &action, sizeof action.mask)) &&
                    action.handler == NULL)
                        return number;
        }
        return 0;
}

/* The text of /proc/self/task/TID/`name`. Returns false when the thread is gone (or /proc is not there). */
static bool task_read(int32_t tid, const char *name, char *ret_text)
{
        char path[80] = "/proc/self/task/";
        size_t n = strlen(path);
        n += number_decimal(path + n, (uint64_t)tid);
        path[n++] = '/';
        memcpy(path + n, name, strlen(name) + 1);
        long fd = sys_call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        if (sys_failed(fd))
                return false;
        long got = sys_call(SYS_read, fd, ret_text, FILE_BYTES - 1);
        sys_call(SYS_close, fd);
        ret_text[got > 0 ? got : 0] = 0;
        return got > 0;
}

/* "nr 0xa 0xb 0xc 0xd 0xe 0xf 0xsp 0xpc", or "running", or "-1 0xsp 0xpc" (fs/proc/base.c, proc_pid_syscall). */
static void call_read(struct frozen *frozen)
{
        char text[FILE_BYTES];
        frozen->call = -1;
        if (!task_read(frozen->tid, "syscall", text) || text[0] < '0' || text[0] > '9')
                return;
        const char *at = text;
        int32_t call = (int32_t)number_parse(&at);
        uintptr_t words[8];
        for (int i = 0; i < 8; i++) {
                if (strncmp(at, " 0x", 3) != 0)
                        return;
                at += 3;
                words[i] = number_parse_hex(&at);
        }
        frozen->call = call;
        frozen->call_first = words[0];
        frozen->call_sp = words[6];
        frozen->call_pc = words[7];
}

/* Which signals would sigwait() take in this thread? Bit 0 is that of signal 1. */
static uint64_t signals_awaited(const struct frozen *frozen)
{
        uint64_t set;
        if (frozen->call != SYS_rt_sigtimedwait)
                return 0;
        return probe_read(frozen->call_first, &set, sizeof set) ? set : ~UINT64_C(0);
}

enum task_state { TASK_GONE, TASK_ASK, TASK_BLOCKS };

/* With which of our signals can this thread be asked? */
static enum task_state task_state(struct frozen *frozen, unsigned *ret_signal)
{
        char text[FILE_BYTES];
        uint64_t awaited = signals_awaited(frozen);
        if (!task_read(frozen->tid, "status", text)) /* gone, or there is no descriptor to ask with */
                return sys_failed(sys_call(SYS_tgkill, sys_call(SYS_getpid), frozen->tid, 0)) ? TASK_GONE : TASK_BLOCKS;
        const char *at = strstr(text, "\nState:\t");
        if (at && (at[8] == 'Z' || at[8] == 'X'))
                return TASK_GONE;
        at = strstr(text, "\nSigBlk:\t");
        if (at == NULL)
                return TASK_BLOCKS;
        at += 9;
        uint64_t blocked = number_parse_hex(&at);
        /* It may have begun to wait after its call was looked at, and before its mask was. */
        if (frozen->call < 0 && !frozen->asked)
                call_read(frozen);
        blocked |= awaited | signals_awaited(frozen);
        if (signals[0].installed && !(blocked >> (signals[0].number - 1) & 1))
                *ret_signal = 0;
        else if (!(blocked >> (SIGNAL_SETXID - 1) & 1) && action_install(1, SIGNAL_SETXID))
                *ret_signal = 1;
        else
                return TASK_BLOCKS;
        return TASK_ASK;
}

static void action_restore(unsigned i)
{
        sys_call(SYS_rt_sigaction, signals[i].number, &signals[i].before, NULL, sizeof(uint64_t));
        signals[i].installed = false;
}

/* An emulator (qemu-user) keeps the last signals to itself: it lets us have an action for them but not send them. */
static long signal_send(unsigned with, int32_t tid)
{
        long answer;
        while ((answer = sys_call(SYS_tgkill, sys_call(SYS_getpid), tid, signals[with].number)) == -EINVAL &&
               with == 0 && n_asked == 0) {
                action_restore(0);
                signal_last = signals[0].number - 1;
                int number = signal_free();
                if (!number || !action_install(0, number))
                        break;
        }
        return answer;
}

/* Ask it, if it is there and hears us: a thread that is about to begin or to end hears nothing for a moment. */
static void thread_ask(struct frozen *frozen)
{
        unsigned with = 0;
        enum task_state state = task_state(frozen, &with);
        if (state == TASK_BLOCKS)
                return;
        long answer = state == TASK_ASK ? signal_send(with, frozen->tid) : -ESRCH;
        if (answer == -EAGAIN) /* no room for a signal (RLIMIT_SIGPENDING): it runs on, unasked */
                return;
        if (!sys_failed(answer)) {
                frozen->asked = true;
                n_asked++;
        } else {
                frozen->tid = 0; /* gone */
        }
}

struct entry { /* getdents64(2) */
        uint64_t inode;
        int64_t next;
        uint16_t length;
        uint8_t type;
        char name[];
};

/* Every thread but this one, as the kernel lists them; the sum of what `visit` returns. */
static size_t threads_each(bool (*visit)(int32_t tid))
{
        long fd = sys_call(SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (sys_failed(fd))
                return 0;
        int32_t self = (int32_t)sys_call(SYS_gettid);
        size_t sum = 0;
        char buffer[2048] __attribute__((aligned(8)));
        long n;
        while ((n = sys_call(SYS_getdents64, fd, buffer, sizeof buffer)) > 0)
                for (long at = 0; at < n;) {
                        const struct entry *entry = (const struct entry *)(buffer + at);
                        at += entry->length;
                        const char *name = entry->name;
                        int32_t tid = (int32_t)number_parse(&name);
                        if (tid > 0 && tid != self)
                                sum += visit(tid);
                }
        sys_call(SYS_close, fd);
        return sum;
}

/* Threads that were there before the program could make any: an emulator's own. They hear no signal of ours. */
static int32_t aliens[4];
static uint32_t n_aliens;

static bool alien_note(int32_t tid)
{
        if (n_aliens < sizeof aliens / sizeof *aliens)
                aliens[n_aliens++] = tid;
        return true;
}

void freeze_init(bool fork_child)
{
        if (fork_child && n_aliens == 0)
                return;
        n_aliens = 0;
        threads_each(alien_note);
}

/* Returns true when the thread is new to us, and ours. */
static bool thread_note(int32_t tid)
{
        for (uint32_t i = 0; i < n_aliens; i++)
                if (aliens[i] == tid)
                        return false;
        if (thread_of(tid) || n_threads == threads_capacity)
                return false;
        struct frozen *frozen = &threads[n_threads];
        *frozen = (struct frozen){.tid = tid, .call = -1};
        call_read(frozen);
        __atomic_store_n(&n_threads, n_threads + 1, __ATOMIC_RELEASE);
        thread_ask(frozen);
        return frozen->tid != 0;
}

/* Ask each thread that we do not know yet; returns how many there were. */
static size_t threads_ask(void) { return threads_each(thread_note); }

static bool is_silent(const struct frozen *frozen)
{
        return frozen->tid && !__atomic_load_n(&frozen->still, __ATOMIC_ACQUIRE);
}

/* How many live on that have not answered. Those that did not hear are asked again, the dead forgotten. */
static uint32_t threads_silent(void)
{
        uint32_t n = 0;
        for (size_t i = 0; i < n_threads; i++) {
                struct frozen *frozen = &threads[i];
                if (!is_silent(frozen))
                        continue;
                if (!frozen->asked)
                        thread_ask(frozen);
                else if (sys_failed(sys_call(SYS_tgkill, sys_call(SYS_getpid), frozen->tid, 0)))
                        frozen->tid = 0;
                n += frozen->tid != 0;
        }
        return n;
}

/* Is a silent thread on its way to its handler, after so long a time? */
static bool any_may_answer(uint64_t waited_ms)
{
        unsigned unused;
        char text[FILE_BYTES];
        for (size_t i = 0; i < n_threads; i++) {
                if (!is_silent(&threads[i]) || task_state(&threads[i], &unused) != TASK_ASK ||
                    !task_read(threads[i].tid, "status", text))
                        continue;
                const char *at = strstr(text, "\nState:\t");
                if (at && (at[8] == 'R' || at[8] == 'S' || (at[8] == 'D' && waited_ms < WAIT_DISK_MS)))
                        return true;
        }
        return false;
}

static uint64_t now_ms(void) { return clock_ns() / 1000000; }

/* Answers are counted; the threads themselves are looked at only when nothing has come for a while. */
static void threads_wait(void)
{
        uint64_t begun = now_ms();
        while (threads_silent()) {
                uint32_t n;
                struct timespec nap = {.tv_nsec = 2000000};
                while ((n = atomic_load(&n_still)) < n_asked &&
                       sys_call(SYS_futex, &n_still, FUTEX_WAIT_PRIVATE, n, &nap) != -ETIMEDOUT)
                        ;
                if (n >= n_asked && threads_silent())
                        sys_call(SYS_futex, &n_still, FUTEX_WAIT_PRIVATE, n, &nap);
                uint64_t waited = now_ms() - begun;
                if (waited >= WAIT_MS && (waited >= WAIT_BUSY_MS || !any_may_answer(waited)))
                        return;
        }
}

static bool threads_take(void)
{
        for (size_t n = N_THREADS_MAX; threads == NULL && n >= N_THREADS_FEW; n /= 8) {
                threads = pages_take(n * sizeof *threads);
                threads_capacity = n;
        }
        return threads != NULL;
}

size_t freeze_begin(bool last)
{
        n_threads = 0;
        restarts = last;
        if (!threads_take())
                return 1; /* we cannot tell: as if somebody had not answered */
        int number = signal_free();
        if (number)
                action_install(0, number);
        atomic_store(&n_still, 0);
        atomic_fetch_add(&generation, 1);
        n_asked = 0;
        for (int round = 0; round < N_ROUNDS && threads_ask(); round++)
                threads_wait();
        return threads_silent();
}

const struct frozen *freeze_threads(size_t *ret_n)
{
        *ret_n = n_threads;
        return threads;
}

void freeze_end(void)
{
        uint32_t silent = threads_silent();
        atomic_fetch_add(&generation, 1);
        sys_call(SYS_futex, &generation, FUTEX_WAKE_PRIVATE, INT32_MAX);
        for (unsigned i = 0; i < 2 && silent == 0; i++)
                if (signals[i].installed)
                        action_restore(i);
}
