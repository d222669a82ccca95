"""Call functions by the ten thousand, each of a code object of its own, then lose a block in one more.

`many_functions.py kept`: all stay alive. `many_functions.py dropped`: few do, and what they leave is taken by others,
so that the next ones stand elsewhere.
"""
import sys
import types

import building

N, AT_ONCE = 64000, 4000
wrong = building.load("wrong.c")


def allocate():
    wrong.call("resize_rightly")


def make(i):
    code = allocate.__code__.replace(co_name="f%d" % i, co_firstlineno=i + 1)
    return types.FunctionType(code, globals())


def call_some(first):
    functions = [make(i) for i in range(first, first + AT_ONCE)]
    for function in functions:
        function()
    return functions


def last_of_them():
    wrong.call("lose_pymem")


def main():
    size = sys.getsizeof(allocate.__code__)
    kept = []
    for first in range(0, N, AT_ONCE):
        functions = call_some(first)
        if sys.argv[1] == "kept":
            kept.append(functions)
            continue
        del functions
        kept.append([bytes(size - 49 + k * 16) for k in range(3) for _ in range(AT_ONCE)])
    last_of_them()
    print("the program lived on")


main()
