"""What Python code has leaked since a mark, and where

    with unfreed.no_leaks():
        frobnicate()

    mark = unfreed.mark()
    frobnicate()
    for leak in unfreed.leaks_since(mark):
        print(leak)

A leak here is growth: a place of which more blocks are alive than at the mark, after garbage was collected. That finds
what an extension forgot to free, and objects that something still refers to, which no search for lost memory can find.
Whatever is made once and kept (caches, imported modules) has grown too: let the code run once before the mark.

Python must run under unfreed (`unfreed-python script.py`); otherwise everything here but active() raises NotActive.
Between a mark and its end Python objects have stacks, and Python is about three times as slow.
"""
import contextlib
import sys

from . import _shim
from ._shim import NotActive, active
from ._sites import Frame, Leak, describe, grown, settle

__all__ = ["Frame", "Leak", "LeakError", "Mark", "NotActive", "active", "leaks_since", "mark", "no_leaks"]


class LeakError(AssertionError):
    """Raised by no_leaks(); `leaks` are the Leak objects."""

    def __init__(self, leaks):
        super().__init__(describe_all(leaks))
        self.leaks = leaks


def describe_all(leaks):
    total = sum(leak.bytes for leak in leaks)
    blocks = sum(leak.blocks for leak in leaks)
    head = "%d bytes in %d block%s leaked at %d site%s" % (total, blocks, "s" * (blocks != 1), len(leaks),
                                                          "s" * (len(leaks) != 1))
    return "\n\n".join([head] + [str(leak) for leak in leaks])


class Mark:
    """A moment. It ends with end(), as a context manager, or with the object."""

    _with_stacks = 0  # marks that want objects to have stacks
    _stacks_before = 0
    _is_warm = False

    def __init__(self, objects=True):
        functions = _shim.need()
        if not Mark._is_warm:
            Mark._is_warm = True
            for kind in (no_leaks, Mark):  # what functions leave behind at their first call, ours have left by now
                with contextlib.suppress(LeakError), kind(objects) as first:
                    first.leaks()
        self._sites = (_shim.Site * 4096)()
        self._objects = objects
        self.older_gone = 0  # when last asked: blocks without a stack, born before any mark, that are alive no more
        if objects:
            if Mark._with_stacks == 0:
                Mark._stacks_before = functions["python_stacks"](1)
            Mark._with_stacks += 1
        self._number = 0
        self._take()

    def _take(self):
        frame = sys._getframe()
        while frame:  # frames become objects when somebody looks at them, and stay so until they return
            frame = frame.f_back
        settle()
        _shim.need()["mark_end"](self._number)
        self._number = _shim.need()["mark"]()
        if not self._number:
            self.end()
            raise NotActive("unfreed gives no more marks: 63 are in use, or memory is short")

    def end(self):
        """No more questions about it. May be called again."""
        if self._objects:
            self._objects = False
            Mark._with_stacks -= 1
            if Mark._with_stacks == 0:
                _shim.need()["python_stacks"](Mark._stacks_before)
        if self._number:
            _shim.need()["mark_end"](self._number)
            self._number = 0

    def leaks(self, lost=False):
        """See leaks_since()."""
        return describe(grown(self, lost))

    def __enter__(self):
        self._take()  # once more: what the interpreter keeps for the way out of the block is older then
        return self

    def __exit__(self, *error):
        self.end()

    def __del__(self):
        # At the very end of the interpreter the module may be half gone; then so is the reason to end it.
        if getattr(self, "_number", 0) and _shim is not None:
            self.end()


def mark(objects=True):
    """A mark now, after garbage was collected. `objects`: give Python objects stacks until it ends; without, they are
    counted, but nobody knows where they came from."""
    return Mark(objects)


def leaks_since(mark, lost=False):
    """The leaks since the mark, as a list of Leak, those with the most bytes first. Collects garbage before. `lost`:
    only blocks that nothing points to any more. Naming them takes a tenth of a second when there are any."""
    return mark.leaks(lost)


class no_leaks(Mark):
    """A context manager that raises LeakError at the end of the block when something has leaked in it; an exception out
    of the block goes on as it is."""

    def __init__(self, objects=True, lost=False):
        super().__init__(objects)
        self._lost = lost

    def __exit__(self, kind, error, traceback):
        leaks = self.leaks(self._lost) if kind is None else ()
        self.end()
        if leaks:
            raise LeakError(leaks)
