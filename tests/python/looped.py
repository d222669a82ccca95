"""What test-loop calls again and again: functions that keep something of each call, and twins that do not."""
import building

_kept = []
_cache = {}
_module = {}
_calls = [0]
_swelling = bytearray()
_numbers = []
_steady = bytearray(1)


class Node:
    pass


def keep_list(n):
    _kept.append([n, n])


def keep_instance():
    _kept.append(Node())


def swell():
    _swelling.extend(b"x" * 100)


def append():
    _numbers.append(None)


def rewrite():
    """The buffer is resized all the time, and never larger than it was."""
    _steady[:] = b"x" * (1000 + _calls[0] % 2 * 500)
    _calls[0] += 1


def fill_cache(n):
    for i in range(n):
        _cache.setdefault(i, [i])


def fill_slowly():
    """A cache that the warm-up does not fill, nor the first two rounds of the test."""
    _calls[0] += 1
    _cache.setdefault("slow", {}).setdefault(_calls[0] % 500, [_calls[0]])


def work():
    rows = [{"n": i, "text": str(i)} for i in range(20)]
    return sorted(rows, key=lambda row: -row["n"])


def cycle():
    node = Node()
    node.me = node


def native(name):
    """A function of lose.c or wrong.c by name, which loses something."""
    if not _module:
        _module["wrong"] = building.load("wrong.c")
    _module["wrong"].call(name)


def seldom():
    _kept.append(None)
    if len(_kept) % 10 == 0:
        _kept.append(bytearray(100))
