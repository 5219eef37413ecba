"""Training beside other programs: steps in parts, a thread each, against whole steps on all threads in turn.

The other programs start in sessions of their own, as from another terminal: the kernel then shares the cores
out by session, and `nice` does not count between them.
"""
import contextlib
import subprocess
import sys
from unittest import mock

import torch

from lib import stages
from lib.network import models, train

from . import measure
from .training import images

BUSY = "while True: pass"
TRAINING = """
import torch
from benchmarks.training import images
from lib.network import models, train
torch.set_num_threads({threads})
while True:
    train.fit(models.Autoencoder(models.CASE_I), images(320), images(1), 1, 32, device=torch.device("cpu"))
"""
CPU = torch.device("cpu")


@contextlib.contextmanager
def beside(programs):
    """Run each of `programs` (Python code) in a session of its own while the block runs."""
    running = [subprocess.Popen([sys.executable, "-c", code], cwd=measure.ROOT, start_new_session=True,
                                stdout=subprocess.DEVNULL) for code in programs]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def run(quick):
    """A row per load and way: images per second of both networks, and their share of the quiet rate."""
    repeats, x = 1 if quick else 2, images(8 if quick else 320)

    def fit(case):
        train.fit(models.Autoencoder(models.CASES[case]), x, x[:1], 1, 32, device=CPU)

    def whole():
        with mock.patch.object(train, "PARTS", 1):                   # one part, on all threads
            return [fit(case) for case in models.CASES]
    ways = {"in parts, side by side": lambda: stages.side_by_side(fit), "whole steps, in turn": whole}
    loads = {"quiet": [], "one busy loop": [BUSY], "two busy loops": [BUSY] * 2,
             "another training": [TRAINING.format(threads=torch.get_num_threads())]}
    rows, quiet = [], {}
    for load, programs in list(loads.items())[:2 if quick else None]:
        with beside(programs):
            times = measure.rounds(ways, repeats, warm=0)            # a step that waits may take a minute
        for way in ways:
            rate = 2 * len(x) / times[way].median()
            rows.append({"beside": load, "way": way, "images_per_second": rate,
                         "of_quiet": rate / quiet.setdefault(way, rate)})
    return rows


if __name__ == "__main__":
    measure.main("under_load", run)
