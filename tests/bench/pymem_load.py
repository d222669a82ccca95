"""Run pymem_load.c: `pymem_load.py [ROUNDS [WORK]]`; prints its result and the seconds of processor time."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))

import building  # noqa: E402

load = building.load("../bench/pymem_load.c").load
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1000000
work = int(sys.argv[2]) if len(sys.argv) > 2 else 600
start = time.process_time()
result = load(rounds, work)
print("%d %.3f" % (result, time.process_time() - start))
