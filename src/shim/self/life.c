/* Life as one state machine
 *
 * A fork child finds its parent's state in its memory, and notices by the pid that it is not its own. All of this is
 * reached only while the arena is not there, so that a getpid is not too dear.
 */
#include "shim/self/life.h"

#include "shim/arena/arena.h"
#include "shim/self/thread.h"
#include "shim/sys/probe.h"
#include "shim/sys/syscall.h"

#include <stdatomic.h>
#include <time.h>

enum state { UNBORN, BIRTH, ON, ENDED, OFF };

static _Atomic uint32_t state;
static _Atomic int32_t owner_pid; /* whose state that is; 0 = nobody's yet */
static _Atomic bool is_ending;
static uint32_t image, image_fork_epoch;
static struct life_inside inside; /* this process's; sp 0 = it is no such child */
static uintptr_t inside_word;
static uint64_t n_inside;

uint32_t life_image(void) { return image; }

static int32_t own_pid(void) { return (int32_t)sys_call(SYS_getpid); }

int32_t life_pid(void) { return atomic_load_explicit(&owner_pid, memory_order_relaxed); }

bool life_owner(void) { return arena.base && own_pid() == atomic_load_explicit(&owner_pid, memory_order_relaxed); }

/* True when the birth that was under way is over. */
static bool birth_await(void)
{
        enum { STEP_US = 100 };
        const struct timespec step = {.tv_nsec = STEP_US * 1000};
        for (int us = 0; us < LIFE_PATIENCE_MS * 1000; us += STEP_US) {
                /* Between its claim and its first word the one that gives birth still shows the state of before. */
                uint32_t now = atomic_load(&state);
                if (now == ENDED || now == OFF || (now == ON && arena.base))
                        return true;
                sys_call(SYS_nanosleep, &step, NULL);
        }
        return false;
}

enum life_claim life_claim(void)
{
        int32_t pid = own_pid();
        int32_t owner = atomic_load(&owner_pid);
        if (owner == pid)
                return birth_await() && atomic_load(&state) == ON && arena.base ? LIFE_ON : LIFE_NO;
        /* Nothing has begun, or we are a fork child. In the child only one thread exists; in the first case several may
         * come here, and the exchange settles who gives birth. */
        if (!atomic_compare_exchange_strong(&owner_pid, &owner, pid))
                return life_claim();
        if (owner != 0 && atomic_load(&state) == OFF)
                return LIFE_NO;
        atomic_store(&state, BIRTH);
        atomic_store(&is_ending, false);
        image++;
        if (owner != 0)
                image_fork_epoch = thread_self.fork_epoch;
        return owner == 0 ? LIFE_BORN : LIFE_BORN_BY_FORK;
}

void life_settle(bool on) { atomic_store(&state, on ? ON : OFF); }

bool life_end_claim(void) { return life_owner() && !atomic_exchange(&is_ending, true); }

void life_ended(void)
{
        atomic_store(&state, ENDED);
        arena_stop();
}

/* All epochs so far, of this image and those that it was forked from. */
static _Atomic uint64_t n_epochs;

/* Where two threads begin one each, what is written from then on has the later one. */
uint64_t life_epoch_begin(uint32_t *ret_before)
{
        *ret_before = __atomic_fetch_add(&arena.header->epoch, 1, __ATOMIC_SEQ_CST);
        uint32_t now;
        do {
                now = __atomic_load_n(&arena.header->epoch, __ATOMIC_SEQ_CST);
                arena_epoch_set(now);
        } while (now != __atomic_load_n(&arena.header->epoch, __ATOMIC_SEQ_CST));
        return atomic_fetch_add_explicit(&n_epochs, 1, memory_order_relaxed) + 1;
}

uint64_t life_epochs(void) { return atomic_load_explicit(&n_epochs, memory_order_relaxed); }

void life_fork_begin(void)
{
        /* A vfork child does it for the process in whose memory it runs. A fork child that has not begun hands on what it
         * knows of its parent. */
        if (arena.base)
                life_epoch_begin(&thread_self.fork_epoch);
}

uint32_t life_fork_epoch(void) { return image_fork_epoch; }

/* Kernels before 4.14 do not wipe. A handler of pthread_atfork that allocates has begun the child's image already. */
void life_fork_end_child(void)
{
        if (life_owner())
                return;
        arena_stop();
        struct thread *self = &thread_self;
        if (self->forks_inside) {
                inside = *self->forks_inside;
                inside_word = *(const uintptr_t *)inside.signal_word;
                self->forks_inside = NULL;
        }
        if (inside.sp && !arena_stand_in())
                inside.sp = 0;
}

/* A signal stack may be unmapped by then. */
static bool is_signal_over(void)
{
        uintptr_t word;
        return !probe_read(inside.signal_word, &word, sizeof word) || word != inside_word;
}

bool life_is_inside(uintptr_t sp)
{
        /* A handler runs at least so far below whom it interrupts: the kernel's frame is larger. */
        enum { SIGNAL_FRAME_BYTES = 768, STACK_BYTES = 1 << 26 };
        if (inside.sp == 0)
                return false;
        if (sp + SIGNAL_FRAME_BYTES - inside.sp < STACK_BYTES || is_signal_over())
                inside.sp = 0;
        else
                n_inside++;
        return inside.sp != 0;
}

uint64_t life_inside_taken(void)
{
        uint64_t n = n_inside;
        n_inside = 0;
        return n;
}
