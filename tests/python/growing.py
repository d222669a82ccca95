"""What is called again and again to ask whether it grows: the losses of lose.c and lose_nogil.pyx, and clean twins.

Named on the command line, each is asked for by the growth of the heap (growth.py): prints JSON, name -> what was seen.
"""
import functools
import json
import sys

import building

lose = building.load("lose.c")
try:
    building.build("lose_nogil.pyx")
    lose_nogil = building.load("lose_nogil.pyx")
except building.Missing:
    lose_nogil = None


class User:
    pass


def lose_user():
    lose.lose_reference(User())


def lose_malloc():
    lose.lose_malloc()


def lose_pymem():
    lose.lose_pymem()


def lose_list():
    lose.lose_list()


def lose_dict():
    lose.lose_dict()


def lose_str():
    lose.lose_str()


def lose_without_gil():
    lose_nogil.lose_without_gil(16)


def give_back():
    lose.lose_nothing()


_cache = {}
_calls = [0]


def fill_a_cache():
    """Full after 500 calls: well behind the warm-up."""
    _calls[0] += 1
    _cache.setdefault(_calls[0] % 500, [0] * 100)


@functools.lru_cache(maxsize=64)
def _remembered(n):
    return [n] * 20


def remember_the_latest():
    _calls[0] += 1
    _remembered(_calls[0])


def make_a_cycle():
    user = User()
    user.me = user


LEAKING = ["lose_malloc", "lose_pymem", "lose_list", "lose_dict", "lose_str", "lose_user"] + \
          ["lose_without_gil"] * (lose_nogil is not None)
CLEAN = ["give_back", "fill_a_cache", "remember_the_latest", "make_a_cycle"]


def main():
    import growth
    names = sys.argv[1:]
    if not names:
        print(json.dumps({"leaking": LEAKING, "clean": CLEAN}))
        return
    print(json.dumps({name: growth.ask(globals()[name]) for name in names}))


if __name__ == "__main__":
    main()
