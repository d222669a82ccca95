/* As distributions compile; the shapes that keep a frame pointer say so. */
#pragma GCC optimize("O2,omit-frame-pointer")
#include "functions.h"
#include "walked.h"

#include <alloca.h>
#include <string.h>

typedef void next_fn(int depth);

static next_fn plain, fp, with_alloca, realigned, big, two_sites, dispatch;
static next_fn *const shapes[SHAPES] = {plain, fp, with_alloca, realigned, big, two_sites};
static next_fn *only;
bool functions_exact_everywhere;

#define SHAPE __attribute__((noinline))
#define STAY __asm__ volatile("" ::: "memory") /* after a call: it is not a tail call */

SHAPE static void plain(int depth)
{
        dispatch(depth - 1);
        STAY;
}

SHAPE __attribute__((optimize("no-omit-frame-pointer"))) static void fp(int depth)
{
        dispatch(depth - 1);
        STAY;
}

SHAPE static void with_alloca(int depth)
{
        size_t n = 16 + walked_random() % 200;
        volatile char *room = alloca(n);
        room[n - 1] = (char)depth;
        dispatch(depth - 1);
        STAY;
        room[0] = room[n - 1];
}

/* The compiler finds its frame through a saved pointer (DW_CFA_def_cfa_expression) when alloca comes with alignment. */
SHAPE static void realigned(int depth)
{
        volatile char aligned[64] __attribute__((aligned(64)));
        volatile char *room = alloca(16 + walked_random() % 64);
        aligned[0] = room[0] = (char)depth;
        dispatch(depth - 1);
        STAY;
        room[0] = aligned[0];
}

SHAPE static void big(int depth)
{
        volatile char room[40000];
        room[0] = room[sizeof room - 1] = (char)depth;
        dispatch(depth - 1);
        STAY;
        room[1] = room[0];
}

SHAPE static void two_sites(int depth)
{
        if (walked_random() & 1) {
                dispatch(depth - 1);
                STAY;
        } else {
                dispatch(depth - 1);
                STAY;
        }
}

SHAPE static void dispatch(int depth)
{
        next_fn *shape = only ? only : shapes[walked_random() % SHAPES];
        if (functions_exact_everywhere && shape == realigned)
                shape = fp;
        if (depth <= 0)
                walked_door();
        else
                shape(depth);
        STAY;
}

void functions_descend(int depth)
{
        only = NULL;
        dispatch(depth);
        STAY;
}

void functions_repeat(enum functions_shape shape, int depth)
{
        only = shapes[shape];
        dispatch(depth);
        STAY;
}
