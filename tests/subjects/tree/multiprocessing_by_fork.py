# A worker that multiprocessing starts by fork leaks and exits 0. Of the 10,000 blocks a few may stand where words still
# point of what Python released before the fork.
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
    context = multiprocessing.get_context("fork")
    worker = context.Process(target=work, args=(sys.argv[1],))
    worker.start()
    worker.join()
    sys.exit(worker.exitcode)
