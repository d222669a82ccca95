"""Run every pair of pairs.c, or call functions of it and of wrong.c by name: `pairs.py [FUNCTION...]`."""
import sys

import building


def main():
    if len(sys.argv) == 1:
        building.load("pairs.c").run()
    else:
        for name in sys.argv[1:]:
            building.load("pairs.c" if "_to_" in name else "wrong.c").call(name)
    print("the program lived on")


main()
