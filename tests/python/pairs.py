"""Run every pair of pairs.c, or call functions of wrong.c by name: `pairs.py [FUNCTION...]`."""
import sys

import building


def main():
    if len(sys.argv) == 1:
        building.load("pairs.c").run()
    else:
        module = building.load("wrong.c")
        for name in sys.argv[1:]:
            module.call(name)
    print("the program lived on")


main()
