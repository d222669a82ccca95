"""The doors of unfreed.h, as Python calls them

The library is in the process already (LD_PRELOAD), so nothing is loaded: the functions are looked up in the global
scope, where without it they are missing. The GIL is kept during calls: no other Python thread changes what is alive
while it is being counted.
"""
import ctypes

NOT_ACTIVE = ("this Python does not run under unfreed: start it as `unfreed-python script.py` or `unfreed python3 "
              "script.py` (for pytest: `pytest --unfreed`)")
NOT_RECORDING = "unfreed is loaded into this Python but could not begin recording: `unfreed doctor PID` says why"

JUDGED, ONLY_GROWN, ONLY_LOST, CHANGED = 1, 2, 4, 8  # enum unfreed_since_what
TEXT, JSON = 0, 1  # enum unfreed_form
FAMILIES = ("", "malloc", "new", "new[]", "pymem", "pyobject", "pymem_raw")
VERDICTS = (None, "reachable", "possible", "indirect", "definite")


class NotActive(RuntimeError):
    """Python does not run under unfreed, or unfreed cannot record."""


class Site(ctypes.Structure):
    _fields_ = [("blocks", ctypes.c_uint64), ("bytes", ctypes.c_uint64), ("grown_blocks", ctypes.c_int64),
                ("grown_bytes", ctypes.c_int64), ("stack", ctypes.c_uint32), ("family", ctypes.c_uint8),
                ("verdict", ctypes.c_uint8)]


class RawFrame(ctypes.Structure):
    _fields_ = [("pc", ctypes.c_size_t), ("module", ctypes.c_char_p), ("offset", ctypes.c_size_t),
                ("function", ctypes.c_char_p), ("file", ctypes.c_char_p), ("line", ctypes.c_int)]


class Moment(ctypes.c_uint64):
    """Not an int, of which the small ones take no memory: so each moment leaves the same behind."""


def _functions():
    library = ctypes.PyDLL(None)
    shapes = {
        "active": (ctypes.c_int, ()),
        "alive": (ctypes.c_int64, ()),
        "moment": (Moment, ()),
        "born": (ctypes.c_int64, (Moment,)),
        "mark": (ctypes.c_uint64, ()),
        "mark_end": (None, (ctypes.c_uint64,)),
        "since": (ctypes.c_int64, (ctypes.c_uint64, ctypes.c_uint, ctypes.c_void_p, ctypes.c_size_t)),
        "describe": (ctypes.c_size_t,
                     (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_void_p, ctypes.c_size_t)),
        "frames": (ctypes.c_size_t, (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)),
        "python_stacks": (ctypes.c_int, (ctypes.c_int,)),
    }
    found = {}
    for name, (result, arguments) in shapes.items():
        try:
            function = getattr(library, "unfreed_" + name)
        except AttributeError:
            return None
        function.restype, function.argtypes = result, arguments
        found[name] = function
    return found


_FOUND = _functions()


def active():
    """Whether allocations of this process are being recorded."""
    return bool(_FOUND and _FOUND["active"]())


def need():
    """The functions by name; NotActive when there are none to call."""
    if not _FOUND:
        raise NotActive(NOT_ACTIVE)
    if not active():
        raise NotActive(NOT_RECORDING)
    return _FOUND
