"""A service that grows in two ways, a step for each line on its standard input, and says when it has.

What an extension loses has the Python functions that called it; what the interpreter holds for them is of its own.
"""
import sys

import building

wrong = building.load("wrong.c")
kept = []


def lose_some():
    for _ in range(1000):
        wrong.call("lose_pymem")


def keep_some():
    for _ in range(500):
        kept.append([len(kept)])


def main():
    print("ready", flush=True)
    for line in sys.stdin:
        (lose_some if line == "lose\n" else keep_some)()
        print("done", flush=True)


main()
