# A worker that multiprocessing starts by spawn leaks and exits 0.
# needs: file:/usr/bin/python3
# run: /usr/bin/python3 {source} {built}/tree/libleak_a_block.so
# options: --only-module=libleak_a_block.so*
# expect: UF001 class=definite family=malloc blocks>=9900 function=leak_here
# allow: UF002
# timeout: 60
import ctypes
import multiprocessing
import sys


def work(library):
    ctypes.CDLL(library).leak_here()


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    worker = context.Process(target=work, args=(sys.argv[1],))
    worker.start()
    worker.join()
    sys.exit(worker.exitcode)
