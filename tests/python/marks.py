"""Lose one thing after the other and print, as JSON, what the package unfreed says of each."""
import json
import sys
import time

import building
import unfreed

lose = building.load("lose.c")
kept = []


class User:
    pass


def said(leaks):
    return [{"bytes": leak.bytes, "blocks": leak.blocks, "family": leak.family, "id": leak.id, "verdict": leak.verdict,
             "text": str(leak), "frames": [[f.function, f.file, f.line, f.language] for f in leak.frames]}
            for leak in leaks]


def lose_user():
    lose.lose_reference(User())


def lose_five():
    for _ in range(5):  # a word that was left on the stack may hold one
        lose.lose_malloc()


def keep_list():
    kept.append([])
    kept.append([])


def leaks_of(act, lost=False):
    act()
    kept[:] = [None] * 32
    del kept[2:]
    with unfreed.mark() as mark:
        act()
        return said(mark.leaks(lost))


def guarded(act):
    try:
        with unfreed.no_leaks():
            act()
    except unfreed.LeakError as error:
        return {"text": str(error), "leaks": said(error.leaks)}
    except KeyError:
        return "KeyError"
    return None


def fail():
    raise KeyError(1)


def main():
    ballast = [object() for _ in range(100000)]  # among so many one must be found
    result = {name: leaks_of(getattr(lose, name)) for name in (
        "lose_nothing", "lose_list", "lose_dict", "lose_str", "lose_pymem", "lose_malloc")}
    result["lose_user"] = leaks_of(lose_user)
    result["keep_list"] = leaks_of(keep_list)
    result["lost"] = leaks_of(lose_five, lost=True)
    result["not lost"] = leaks_of(keep_list, lost=True)
    try:
        cython = building.load("lose_nogil.pyx")
        result["lose_nogil"] = leaks_of(lambda: cython.lose_without_gil(16))
    except SystemExit:
        pass
    result["no leaks"] = guarded(lose.lose_nothing)
    result["leaks"] = guarded(lose.lose_list)
    result["raises"] = guarded(fail)
    nested = unfreed.mark()
    lose.lose_list()
    inner = unfreed.mark(objects=False)
    lose.lose_dict()
    result["outer"], result["inner"] = len(nested.leaks()), said(inner.leaks())
    inner.end()
    nested.end()
    nested.end()
    try:
        nested.leaks()
        result["ended"] = None
    except ValueError as error:
        result["ended"] = str(error)
    begun = time.perf_counter()
    with unfreed.mark() as mark:
        result["empty"] = said(mark.leaks())
    result["ms"] = (time.perf_counter() - begun) * 1000
    del ballast
    json.dump(result, sys.stdout)


main()
