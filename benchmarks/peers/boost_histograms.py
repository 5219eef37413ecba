"""Peer of histograms.py, run by the Python of the benchmarks: a column at a time, two threads each."""
import sys
import time

import boost_histogram as bh
import numpy as np

z = np.load(sys.argv[1])
print(f"boost-histogram {bh.__version__}", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    for column in z.T:
        histogram = bh.Histogram(bh.axis.Regular(100, -12, 12), storage=bh.storage.Int64())
        histogram.fill(np.ascontiguousarray(column), threads=2)
        histogram.view()
    print(time.perf_counter() - start, flush=True)
