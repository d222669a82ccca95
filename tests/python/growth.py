"""Does it grow? The method of the program psleak, written anew; not that program.

A function is called very often, and around the calls the process looks at what it uses: bytes that malloc has given out
(mallinfo2: those of its heaps and those it mapped for one block), the pages that no other process shares, the pages in
memory. One round may grow by chance, or fill a cache: so there are up to ten, each with more calls than the one before, and
what is lost in each call makes each round grow more than the last. The first round in which nothing grows any more,
or everything less than before, acquits.

It needs no tool in the process, and says how much: not what, and not where.
"""
import ctypes
import gc
import time

WARM_UP, CALLS, ROUNDS = 10, 200, 10

_libc = ctypes.CDLL(None)


class _Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t if hasattr(_libc, "mallinfo2") else ctypes.c_int) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]


_mallinfo = _libc.mallinfo2 if hasattr(_libc, "mallinfo2") else _libc.mallinfo
_mallinfo.restype = _Mallinfo


def _used():
    """Bytes by measure; garbage that waits and pages that malloc keeps are none."""
    gc.collect()
    _libc.malloc_trim(0)
    heap = _mallinfo()
    own = resident = 0
    with open("/proc/self/smaps_rollup") as file:
        for line in file:
            if line.startswith("Private_"):
                own += int(line.split()[1]) * 1024
            elif line.startswith("Rss:"):
                resident = int(line.split()[1]) * 1024
    return {"heap": heap.uordblks + heap.hblkhd, "own": own, "resident": resident}


def _round(function, calls):
    before = _used()
    for _ in range(calls):
        function()
    after = _used()
    return {measure: after[measure] - before[measure] for measure in after}


def ask(function):
    """Whether it grows, by which measure, by how many bytes a call in the last round, after how many calls and seconds."""
    begun = time.monotonic()
    for _ in range(WARM_UP):
        function()
    made, last = WARM_UP, {}
    for n in range(1, ROUNDS + 1):
        made += n * CALLS
        grown = {measure: size for measure, size in _round(function, n * CALLS).items()
                 if size > max(0, last.get(measure, 0))}
        if not grown:
            break
        last = grown
    per_call = {measure: round(size / (ROUNDS * CALLS), 1) for measure, size in grown.items()}
    return {"grows": bool(grown), "per_call": per_call, "calls": made, "seconds": time.monotonic() - begun}
