"""Does it grow when it is called again and again? usage: unfreed-python --loop 'MODULE:FUNCTION(ARGUMENTS)' [OPTIONS]

    unfreed-python --loop 'json:dumps([1, 2])' --warmup 10 --calls 1000

MODULE is imported, the expression behind the colon is evaluated in it: a call, or the name of a function that wants no
arguments. After the warm-up come three rounds of so many calls. A place that keeps blocks in each round grows; what is
filled once (caches, lazy imports) keeps some in one round only. While a place keeps fewer blocks than in the first
round, as a cache that is nearly full, there are more rounds, up to ten. A buffer that is larger after each round grows
too; what CPython resizes is made an eighth larger than it need be, so a long one is seen only if a round adds that much.
Prints each place that grows, with what it keeps for each call. Ends with 23 when there is one, else with 0.

    --warmup N   calls before anything is counted [10]
    --calls N    calls of a round [1000]
"""
import argparse
import ast
import builtins
import importlib
import os
import sys

from . import mark
from ._sites import describe, grown as grown_since

ROUNDS, ROUNDS_MAX = 3, 10
GROWS = 23  # as the command `unfreed` ends when findings gate


def _positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("%s: a number, at least 1" % text)
    return int(text)


def arguments_of(argv):
    parser = argparse.ArgumentParser(prog="unfreed-python --loop", usage="%(prog)s 'MODULE:FUNCTION(ARGUMENTS)' "
                                     "[--warmup N] [--calls N]", allow_abbrev=False)
    parser.add_argument("target", metavar="MODULE:FUNCTION(ARGUMENTS)")
    parser.add_argument("--warmup", type=int, default=10, metavar="N", help="calls before anything is counted [10]")
    parser.add_argument("--calls", type=_positive, default=1000, metavar="N", help="calls of each round [1000]")
    arguments = parser.parse_args(argv)
    module, colon, expression = arguments.target.partition(":")
    if not colon or not module or not expression.strip():
        parser.error("%r is not MODULE:FUNCTION(ARGUMENTS)" % arguments.target)
    try:
        tree = ast.parse(expression.strip(), "<loop>", "eval")
    except SyntaxError as error:
        parser.error("%r: %s" % (expression, error.msg))
    return arguments, module, expression.strip(), tree.body


def _refuse(what):
    print("unfreed-python --loop: " + what, file=sys.stderr)
    sys.exit(2)


def function_of(module, expression, tree):
    """A function without arguments that does what the expression says, which was parsed to `tree`."""
    sys.path.insert(0, os.getcwd())
    try:
        names = dict(vars(importlib.import_module(module)))
    except ModuleNotFoundError as error:
        if error.name and (module + ".").startswith(error.name + "."):
            _refuse("there is no module %s" % error.name)
        raise
    called = tree
    while isinstance(called, (ast.Call, ast.Attribute)):
        called = called.func if isinstance(called, ast.Call) else called.value
    if isinstance(called, ast.Name) and called.id not in names and not hasattr(builtins, called.id):
        _refuse("module %s has no %s" % (module, called.id))
    return eval("lambda: " + expression if isinstance(tree, ast.Call) else expression, names)


def run(function, n):
    for _ in range(n):
        function()


def _place(leak):
    return (leak.family, leak.allocator) + tuple((f.function, f.file, f.line, f.module) for f in leak.frames)


def _kept(function, calls):
    """place -> what it keeps of one round: (Leak, blocks, bytes)."""
    with mark() as here:
        run(function, calls)
        leaks = describe(grown_since(here, swollen=True))
    found = {}
    for leak in leaks:
        _, blocks, size = found.get(_place(leak), (leak, 0, 0))
        found[_place(leak)] = (leak, blocks + leak.blocks, size + leak.bytes)
    return found


def growth(function, calls):
    """What grew in each round: [(Leak, blocks, bytes)] with the least of the rounds, the most bytes first; the rounds."""
    n, grown, fewer = 0, None, False
    while n < ROUNDS and grown != {} or fewer and n < ROUNDS_MAX:
        kept = _kept(function, calls)  # from one line only: that, too, is part of each place
        n += 1
        first, grown = (kept, kept) if grown is None else (first, {
            place: (leak, min(blocks, kept[place][1]), min(size, kept[place][2]))
            for place, (leak, blocks, size) in grown.items() if place in kept})
        fewer = any(kept[place][1] < first[place][1] for place in grown)
    return sorted(grown.values(), key=lambda each: -each[2]), n


def _number(value):
    return "%d" % value if value == int(value) else "%.3g" % value


def text_of(leak, blocks, size, calls):
    one = blocks == calls
    lines = ["grows by %s bytes in %s block%s a call" % (_number(size / calls), _number(blocks / calls), "s" * (not one)),
             "      " + (leak.allocator or leak.family)]
    frames = [frame for frame in leak.frames if not frame.is_interpreter()]
    for depth, frame in enumerate(frames):
        if frame.function == "run" and frame.file == __file__:
            frames = frames[:depth]
            break
    return "\n".join(lines + ["      %s" % frame for frame in frames if frame.file != "<string>"])


def main(argv=None):
    arguments, module, expression, tree = arguments_of(sys.argv[1:] if argv is None else argv)
    function = function_of(module, expression, tree)
    with mark():  # from here on objects have stacks, those of the warm-up too
        run(function, arguments.warmup)
        grown, n = growth(function, arguments.calls)
    print("%s: %s in %d round%s of %d calls" % (arguments.target, "grows" if grown else "does not grow", n,
                                                "s" * (n != 1), arguments.calls))
    for leak, blocks, size in grown:
        print("\n" + text_of(leak, blocks, size, arguments.calls))
    return GROWS if grown else 0


if __name__ == "__main__":
    sys.exit(main())
