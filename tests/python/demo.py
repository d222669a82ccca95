"""The first example of the README: a Cython module that loses one block and releases another wrongly.

    scripts/unfreed python3 tests/python/demo.py
"""
import building

demo = building.load("demo.pyx")


def main():
    for size in (100, 200, 300):
        demo.forget(size)
    demo.mismatch(1000)
    demo.Buffer(4096)


main()
