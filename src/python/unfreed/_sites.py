"""Sites that have grown, and what is said about them

The library counts by stack. What this package allocates while it asks is taken out; what remains is named by the
command `unfreed`, in the form of its JSON report.
"""
import ctypes
import gc
import json
import linecache
import os
import sys

from . import _shim

_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_TOOLS = tuple(os.path.dirname(os.path.abspath(module.__file__)) + os.sep for module in (ctypes, json))
_OURS = ("libunfreed.so", "libffi.so", "_ctypes")
_FREE_LISTED = (_shim.FAMILIES.index("pymem"), _shim.FAMILIES.index("pyobject"))
_DESCRIBED_MAX = 256  # unfreed_describe() speaks of no more at a time


class Frame:
    """One line of a stack. What is not known is None. `language`: python, cython, c, c++, rust, fortran or unknown."""

    __slots__ = ("function", "file", "line", "module", "language")

    def __init__(self, function, file, line, module, language):
        self.function, self.file, self.line, self.module, self.language = function, file, line, module, language

    def is_interpreter(self):
        """Is it code of the interpreter, which says nothing beside the Python frames?"""
        return self.language not in ("python", "cython") and is_interpreter(self.module)

    def __str__(self):
        place = "%s:%d" % (os.path.basename(self.file), self.line) if self.file and self.line else self.module or "?"
        line = linecache.getline(self.file, self.line).strip() if self.file and self.line else ""
        return ("%-28s %-20s %s" % (self.function or "?", place, line)).rstrip()

    def __repr__(self):
        return "<Frame %s>" % " ".join(str(self).split())


class Leak:
    """Blocks from one place. `frames` are innermost first; objects that were born without stacks have none.
    `verdict`: definite, indirect, possible or reachable; None when nobody asked."""

    __slots__ = ("bytes", "blocks", "family", "allocator", "frames", "id", "verdict")

    def __init__(self, bytes, blocks, family, allocator, frames, id, verdict=None):
        self.bytes, self.blocks, self.family, self.allocator = bytes, blocks, family, allocator
        self.frames, self.id, self.verdict = frames, id, verdict

    def __str__(self):
        lines = ["%d bytes in %d block%s leaked%s" % (self.bytes, self.blocks, "s" * (self.blocks != 1),
                                                      "" if not self.verdict else ", %s" % self.verdict)]
        lines.append("  " + (self.allocator or self.family))
        lines += ["  %s" % frame for frame in self.frames if not frame.is_interpreter()]
        return "\n".join(lines)

    def __repr__(self):
        return "<Leak %s: %d bytes in %d blocks>" % (self.id[:8], self.bytes, self.blocks)


class GrownSite:
    """A site with the frames that can be told without the command. `key` is the same for the same place in another run
    of the same code, though the interpreter may have got there by another path of its own."""

    __slots__ = ("site", "python", "native", "key")

    def __init__(self, site, python, native):
        self.site, self.python, self.native = site, python, native
        self.key = (site.family, tuple(python), tuple(native) if not python else tuple(
            frame for frame in native if not is_interpreter(frame[0])))


    def shrink(self):
        """What went at the same place while others came is no leak."""
        site = self.site
        site.blocks = min(site.blocks, site.grown_blocks)
        site.bytes = min(site.bytes, site.grown_bytes) if site.grown_bytes > 0 else site.bytes


def is_interpreter(module):
    name = os.path.basename(module or "")
    return name.startswith(("python", "libpython")) and not name.endswith(".so") or name.startswith("libpython")


# The interpreter's cache of attribute lookups keeps every name that it was asked with, up to 4096 of them.
_clear_type_cache = getattr(sys, "_clear_internal_caches", None) if sys.version_info >= (3, 13) else getattr(
    sys, "_clear_type_cache", None)


# Caches of the standard library that make room only when they are full: (module, function that empties it).
_CACHES = (("re", "purge"), ("struct", "_clearcache"), ("urllib.parse", "clear_cache"))


def settle(collect=gc.collect, clear=_clear_type_cache or int):
    """Let go what is only kept for a while: garbage, the free lists (whose blocks were born for other objects than they
    will be), names in the cache of types, a few caches."""
    for name, function in _CACHES:
        empty = getattr(sys.modules.get(name), function, None)
        if empty:
            empty()
    clear()
    collect()


def _frames_of(site, room):
    """([(file, function)], [(module, offset)])"""
    n = min(_shim.need()["frames"](ctypes.byref(site), room, len(room)), len(room))
    python, native = [], []
    for frame in room[:n]:
        if frame.pc:
            native.append(((frame.module or b"").decode(errors="replace"), frame.offset))
        else:
            python.append((frame.file.decode(errors="replace"), frame.function.decode(errors="replace")))
    return python, native


def _is_own(python, native):
    """Did this package ask for it, with nothing of anybody else's between it and the interpreter?"""
    owner = next((file for file, _ in python if not file.startswith(_TOOLS)), "")
    if not owner.startswith(_HERE):
        return False
    for module, _ in native:
        if is_interpreter(module):
            return True
        if not os.path.basename(module).startswith(_OURS):
            return False
    return True


class _Sizes:
    """Growth by the size of blocks, for objects that go through free lists. Such a block keeps the stack of its first
    life: what is replaced in each run may seem to come from another place each time, but the number of its kind stays.
    """

    def __init__(self):
        self.net = {}

    @staticmethod
    def key(site):
        whole = site.grown_blocks and site.grown_bytes % site.grown_blocks == 0
        return (site.family, site.grown_bytes // site.grown_blocks) if whole and site.family in _FREE_LISTED else None

    def add(self, site):
        key = self.key(site)
        self.net[key] = self.net.get(key, 0) + site.grown_blocks

    def stayed(self, site):
        key = self.key(site)
        return key is not None and self.net.get(key, 1) <= 0


def grown(mark, lost=False, steady=False, is_foreign=lambda each: False, swollen=False):
    """The sites that have grown since the mark, as GrownSite; garbage is collected before. The same place may be several
    sites, by several ways through the interpreter: what it lost by one and won by another has not grown. `steady`: the
    same code ran right before the mark, so that objects of which as many came as went are the same ones' successors.
    `is_foreign`: of which GrownSites nothing shall be said. `swollen`: also where as many blocks are alive as at the mark,
    but larger ones, as of a buffer that is resized."""
    if not mark._number:
        raise ValueError("the mark has ended")
    since = _shim.need()["since"]
    what = _shim.ONLY_GROWN | _shim.ONLY_LOST if lost else _shim.CHANGED
    settle()
    n = since(mark._number, what, mark._sites, len(mark._sites))
    if n < 0:
        raise MemoryError("unfreed could not count what is alive")
    room = (_shim.RawFrame * 256)()
    mark.older_gone = 0
    found, larger, net, net_bytes, sizes = [], [], {}, {}, _Sizes()
    for site in mark._sites[:min(n, len(mark._sites))]:
        each = GrownSite(_shim.Site.from_buffer_copy(site), *_frames_of(site, room))
        net[each.key] = net.get(each.key, 0) + site.grown_blocks
        net_bytes[each.key] = net_bytes.get(each.key, 0) + site.grown_bytes
        is_older = not each.python and len(each.native) < 2
        if is_older and site.grown_blocks < 0:
            mark.older_gone -= site.grown_blocks
        if _is_own(each.python, each.native) or is_foreign(each):
            continue
        if not is_older:
            sizes.add(site)
        if site.grown_blocks > 0 and site.blocks:
            found.append(each)
        elif swollen and site.grown_blocks == 0 and site.grown_bytes > 0 and site.blocks:
            larger.append(each)
    found = [each for each in found if net[each.key] > 0 and not (steady and sizes.stayed(each.site))]
    for each in found:
        each.shrink()
    larger = [each for each in larger if net[each.key] == 0 and net_bytes[each.key] > 0]
    for each in larger:
        each.site.bytes = each.site.grown_bytes
    return found + larger


def _ask(sites, form):
    """What the command says of them, as bytes."""
    array = (_shim.Site * len(sites))(*[each.site for each in sites])
    describe_sites = _shim.need()["describe"]
    size = 1 << 16
    while True:
        text = ctypes.create_string_buffer(size)
        length = describe_sites(array, len(sites), form, text, size)
        if length < size:
            return text.value
        size = length + 1


def _leak(finding):
    frames = [Frame(f["function"], f["file"], f["line"], f["module"], f["language"]) for f in finding["stack"] or ()]
    verdict = finding["class"] if finding["class"] in _shim.VERDICTS else None
    return Leak(finding["bytes"], finding["blocks"], finding["family"], finding.get("allocator"), frames, finding["id"],
                verdict)


def _unnamed(each):
    """Without the command: what can be told from inside."""
    frames = [Frame(function, file, None, None, "python") for file, function in each.python]
    frames += [Frame(None, None, None, "%s+0x%x" % frame, "unknown") for frame in each.native]
    site = each.site
    return Leak(site.bytes, site.blocks, _shim.FAMILIES[site.family], None, frames, "", _shim.VERDICTS[site.verdict])


def describe(sites):
    """GrownSites as Leaks, those with the most bytes first."""
    leaks = []
    for first in range(0, len(sites), _DESCRIBED_MAX):
        part = sites[first:first + _DESCRIBED_MAX]
        try:
            leaks += [_leak(finding) for finding in json.loads(_ask(part, _shim.JSON).decode())["findings"]]
        except ValueError:
            leaks += [_unnamed(each) for each in part]
    return sorted(leaks, key=lambda leak: -leak.bytes)
